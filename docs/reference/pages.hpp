// The reference pages under docs/: what each holds is asked of the library, so that a page cannot
// say what the code does not do.
#pragma once

#include <string>
#include <vector>

namespace tightloop::docs {

/// A page of Markdown and the name of its file.
struct Page {
  std::string file;
  std::string text;
};

Page operations_page();
Page functions_page();
Page promotion_page();
Page errors_page();
Page formats_page();

/// Makes all pages; the same text on every machine.
std::vector<Page> reference_pages();

}  // namespace tightloop::docs
