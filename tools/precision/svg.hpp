// The few shapes that the picture is made of, as SVG text.
#pragma once

#include <string>
#include <string_view>

namespace tightloop::tool {

enum class Anchor { start, middle, end };

/// Collects shapes; str() is the whole picture, with colours for light and dark surroundings.
/// Coordinates are pixels, y downwards.
class Svg {
 public:
  Svg(double width, double height) : width_(width), height_(height) {}

  void line(double x1, double y1, double x2, double y2, std::string_view style);
  void rect(double x, double y, double width, double height, std::string_view fill);
  void circle(double x, double y, double radius, std::string_view fill);
  /// `style` is one of the classes "title", "label", "tick".
  void text(double x, double y, Anchor anchor, std::string_view style, std::string_view text);

  std::string str() const;

 private:
  double width_;
  double height_;
  std::string body_;
};

}  // namespace tightloop::tool
