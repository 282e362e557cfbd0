// Elements, attributes, and text with its special characters escaped.
#include "precision/svg.hpp"

#include <algorithm>
#include <cstdio>

namespace tightloop::tool {
namespace {

constexpr std::string_view kStyle =
    "<style>\n"
    "text { font-family: system-ui, 'DejaVu Sans', Helvetica, Arial, sans-serif; fill: #1f2328; }\n"
    ".title { font-size: 15px; font-weight: 600; }\n"
    ".label { font-size: 13px; paint-order: stroke; stroke: #ffffff; stroke-width: 4px; }\n"
    ".tick { font-size: 11px; fill: #59636e; }\n"
    ".paper { fill: #ffffff; }\n"
    ".axis { stroke: #818b98; stroke-width: 1; }\n"
    ".grid { stroke: #d1d9e0; stroke-width: 1; }\n"
    ".limit { stroke: #cf222e; stroke-width: 1.5; stroke-dasharray: 6 4; }\n"
    "@media (prefers-color-scheme: dark) {\n"
    "  text { fill: #e6edf3; }\n"
    "  .label { stroke: #0d1117; }\n"
    "  .tick { fill: #9198a1; }\n"
    "  .paper { fill: #0d1117; }\n"
    "  .grid { stroke: #2f3742; }\n"
    "}\n"
    "</style>\n";

std::string number(double value) {
  char buffer[32];
  std::snprintf(buffer, sizeof buffer, "%.1f", value);
  return buffer;
}

std::string attribute(std::string_view name, std::string_view value) {
  return " " + std::string(name) + "=\"" + std::string(value) + "\"";
}

/// Returns the length of the UTF-8 character that a text begins with; 0 where it is none that XML
/// takes.
std::size_t character_size(std::string_view text) {
  const auto byte = [text](std::size_t i) -> unsigned {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0;
  };
  const unsigned first = byte(0);
  if (first < 0x80) return 1;
  const std::size_t size = first < 0xc2   ? 0
                           : first < 0xe0 ? 2
                           : first < 0xf0 ? 3
                           : first < 0xf5 ? 4
                                          : 0;
  unsigned code = first & (0x7fU >> size);
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return 0;
    code = code << 6 | (byte(i) & 0x3f);
  }
  constexpr unsigned kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = code >= 0xd800 && code < 0xe000;
  const bool taken = code >= kLeast[size] && code < 0x110000 && !surrogate && (code | 1) != 0xffff;
  return taken ? size : 0;
}

/// Text of XML: marks are escaped, control characters become spaces, and bytes that are no
/// character, as names of files may have them, question marks.
std::string escaped(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t size = character_size(text);
    const std::string_view character = text.substr(0, std::max<std::size_t>(size, 1));
    if (character == "&") {
      out += "&amp;";
    } else if (character == "<") {
      out += "&lt;";
    } else if (static_cast<unsigned char>(character.front()) < ' ') {
      out += ' ';
    } else {
      out += size == 0 ? "?" : character;
    }
    text.remove_prefix(character.size());
  }
  return out;
}

}  // namespace

void Svg::line(double x1, double y1, double x2, double y2, std::string_view style) {
  body_ += "<line" + attribute("class", style) + attribute("x1", number(x1)) +
           attribute("y1", number(y1)) + attribute("x2", number(x2)) + attribute("y2", number(y2)) +
           "/>\n";
}

void Svg::rect(double x, double y, double width, double height, std::string_view fill) {
  body_ += "<rect" + attribute("x", number(x)) + attribute("y", number(y)) +
           attribute("width", number(width)) + attribute("height", number(height)) +
           attribute("fill", fill) + "/>\n";
}

void Svg::circle(double x, double y, double radius, std::string_view fill) {
  body_ += "<circle" + attribute("cx", number(x)) + attribute("cy", number(y)) +
           attribute("r", number(radius)) + attribute("fill", fill) + "/>\n";
}

void Svg::text(double x, double y, Anchor anchor, std::string_view style, std::string_view text) {
  const std::string_view at = anchor == Anchor::start    ? "start"
                              : anchor == Anchor::middle ? "middle"
                                                         : "end";
  body_ += "<text" + attribute("class", style) + attribute("x", number(x)) +
           attribute("y", number(y)) + attribute("text-anchor", at) + ">" + escaped(text) +
           "</text>\n";
}

std::string Svg::str() const {
  const std::string size =
      attribute("width", number(width_)) + attribute("height", number(height_));
  return "<svg xmlns=\"http://www.w3.org/2000/svg\"" + size +
         attribute("viewBox", "0 0 " + number(width_) + " " + number(height_)) + ">\n" +
         std::string(kStyle) + "<rect class=\"paper\"" + size + "/>\n" + body_ + "</svg>\n";
}

}  // namespace tightloop::tool
