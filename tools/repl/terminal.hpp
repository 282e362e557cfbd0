// What the terminal that the program writes to can show.
#pragma once

#include <string>
#include <string_view>

namespace tightloop::tool {

struct Terminal {
  enum class Colours { none, palette, direct };  ///< 256 colours, 24 bits
  Colours colours = Colours::none;
  bool utf8 = false;
  int columns = 80;
  int rows = 24;

  /// Returns the text in a colour of the terminal's own sixteen ("31" is red, "1" bold).
  std::string styled(std::string_view text, std::string_view style) const;
};

/// Looks at standard output and at TERM, COLORTERM, NO_COLOR and the locale.
Terminal current_terminal();

}  // namespace tightloop::tool
