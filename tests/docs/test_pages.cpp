// The committed reference pages are what the library says today.
#include <fstream>
#include <sstream>
#include <string>

#include "catch.hpp"
#include "pages.hpp"

using namespace tightloop;

TEST_CASE("docs: the reference pages are up to date") {
  for (const docs::Page& page : docs::reference_pages()) {
    std::ifstream file(std::string(TIGHTLOOP_SOURCE) + "/docs/" + page.file, std::ios::binary);
    std::stringstream committed;
    committed << file.rdbuf();
    INFO("docs/" << page.file << " is out of date; write it anew with:\n"
                 << "  cmake --build <build folder> --target docs");
    std::istringstream old_lines(committed.str());
    std::istringstream new_lines(page.text);
    std::string was;
    std::string is;
    bool same = true;
    for (int line = 1; same; ++line) {
      const bool more_was = static_cast<bool>(std::getline(old_lines, was));
      const bool more_is = static_cast<bool>(std::getline(new_lines, is));
      if (!more_was && !more_is) break;
      same = more_was && more_is && was == is;
      INFO("line " << line << "\n  in the file: " << was << "\n  should be:   " << is);
      CHECK(same);
    }
  }
}
