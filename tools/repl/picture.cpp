// Block means by the library, then characters.
#include "repl/picture.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "number_text.hpp"
#include "repl/value_range.hpp"

namespace tightloop::tool {
namespace {

/// What becomes black, and what 255 times larger.
struct Scale {
  double low = 0;
  double factor = 1;  // to 0..255
};

Scale scale_of(const BoundText& expression, const ResultType& type, const Workspace& workspace) {
  if (type.dtype == DType::uint8) return {};
  if (is_bool(type.dtype)) return {0, 255};
  const ValueRange range = value_range(expression, type, workspace);
  const double half = range.high / 2 - range.low / 2;
  return {range.low, half > 0 ? 127.5 / half : 0};
}

/// One axis cut into blocks of equal size and what is left.
struct Cut {
  std::int64_t blocks = 0;
  std::int64_t size = 1;
  std::int64_t rest = 0;
  std::int64_t pixels() const { return blocks + (rest > 0 ? 1 : 0); }
  std::int64_t whole() const { return blocks * size; }
};

Cut cut(std::int64_t extent, std::int64_t size) {
  size = std::min(size, extent);
  return {extent / size, size, extent % size};
}

/// The pixels, row by row, with one or three channels of 0..255; NaN where an element is.
struct Pixels {
  std::int64_t rows = 0;
  std::int64_t columns = 0;
  int channels = 1;
  std::vector<double> values;
  double at(std::int64_t row, std::int64_t column, int channel) const {
    return values[static_cast<std::size_t>((row * columns + column) * channels +
                                           std::min(channel, channels - 1))];
  }
};

/// Returns the means of one corner: whole blocks of both axes, or what is left of one or both.
std::string block_means(const std::string& x, const Cut& rows, const Cut& columns, bool rest_row,
                        bool rest_column, int channels) {
  const auto range = [](const Cut& c, bool rest) {
    return rest ? std::to_string(c.whole()) + ":" : ":" + std::to_string(c.whole());
  };
  const auto blocks = [](const Cut& c, bool rest) {
    return rest ? "1, " + std::to_string(c.rest)
                : std::to_string(c.blocks) + ", " + std::to_string(c.size);
  };
  const std::string channel = channels > 1 ? ", 3" : "";
  return "mean(reshape(" + x + "[" + range(rows, rest_row) + ", " + range(columns, rest_column) +
         (channels > 1 ? ", :3" : "") + "], (" + blocks(rows, rest_row) + ", " +
         blocks(columns, rest_column) + channel + ")), axis=(1, 3))";
}

Pixels block_pixels(const BoundText& expression, const ResultType& type, const Workspace& workspace,
                    const Cut& rows, const Cut& columns) {
  const Scale scale = scale_of(expression, type, workspace);
  Pixels out{rows.pixels(), columns.pixels(), type.shape.size() == 3 ? 3 : 1, {}};
  out.values.resize(static_cast<std::size_t>(out.rows * out.columns * out.channels));
  std::vector<std::pair<bool, bool>> corners;
  for (const bool row : {false, true}) {
    for (const bool column : {false, true}) {
      if ((!row || rows.rest > 0) && (!column || columns.rest > 0))
        corners.emplace_back(row, column);
    }
  }
  const std::vector<Array> means =
      evaluate_about(as_value(expression, type), workspace, [&](const std::string& x) {
        std::string line = "s = float64(" + x + ")\n";
        for (const auto& [row, column] : corners) {
          line += (line.back() == '\n' ? "" : ", ") +
                  block_means("s", rows, columns, row, column, out.channels);
        }
        return line;
      });
  for (std::size_t c = 0; c < corners.size(); ++c) {
    const auto values = means[c].values<double>();
    const std::int64_t height = means[c].shape()[0];
    const std::int64_t width = means[c].shape()[1] * out.channels;
    for (std::int64_t i = 0; i < height; ++i) {
      for (std::int64_t j = 0; j < width; ++j) {
        const std::int64_t row = i + (corners[c].first ? rows.blocks : 0);
        const std::int64_t column = j + (corners[c].second ? columns.blocks : 0) * out.channels;
        out.values[static_cast<std::size_t>(row * out.columns * out.channels + column)] =
            (values[static_cast<std::size_t>(i * width + j)] - scale.low) * scale.factor;
      }
    }
  }
  return out;
}

int level(double value) {
  return std::isnan(value) ? 0 : static_cast<int>(std::lround(std::clamp(value, 0.0, 255.0)));
}

/// Returns the numbers of a colour in an SGR sequence, after "38;" or "48;".
std::string colour(const Pixels& pixels, std::int64_t row, std::int64_t column, bool direct) {
  const int red = level(pixels.at(row, column, 0));
  const int green = level(pixels.at(row, column, 1));
  const int blue = level(pixels.at(row, column, 2));
  if (direct) {
    return "2;" + std::to_string(red) + ";" + std::to_string(green) + ";" + std::to_string(blue);
  }
  // The palette has a cube of 6 x 6 x 6 colours from 16 and 24 greys from 232, 8 to 238.
  if (pixels.channels == 1) return "5;" + std::to_string(232 + std::clamp((red - 3) / 10, 0, 23));
  const auto six = [](int value) { return value < 48 ? 0 : value < 115 ? 1 : (value - 35) / 40; };
  return "5;" + std::to_string(16 + 36 * six(red) + 6 * six(green) + six(blue));
}

/// Two rows of pixels in each line: the upper half of a cell is its text, the lower the ground.
std::string half_blocks(const Pixels& pixels, bool direct) {
  std::string out;
  for (std::int64_t row = 0; row < pixels.rows; row += 2) {
    for (std::int64_t column = 0; column < pixels.columns; ++column) {
      out += "\x1b[38;" + colour(pixels, row, column, direct);
      if (row + 1 < pixels.rows) out += ";48;" + colour(pixels, row + 1, column, direct);
      out += "m▀";
    }
    out += "\x1b[0m\n";
  }
  return out;
}

std::string characters(const Pixels& pixels) {
  static constexpr std::string_view kRamp = " .:-=+*#%@";  // light on dark
  std::string out;
  for (std::int64_t row = 0; row < pixels.rows; ++row) {
    for (std::int64_t column = 0; column < pixels.columns; ++column) {
      const double grey = 0.299 * pixels.at(row, column, 0) + 0.587 * pixels.at(row, column, 1) +
                          0.114 * pixels.at(row, column, 2);
      out += kRamp[static_cast<std::size_t>(level(grey)) * (kRamp.size() - 1) / 255];
    }
    out.erase(out.find_last_not_of(' ') + 1);
    out += '\n';
  }
  return out;
}

std::int64_t ceil_divide(std::int64_t a, std::int64_t b) {
  return (a + b - 1) / b;
}

}  // namespace

std::string picture(const BoundText& expression, const ResultType& type, const Workspace& workspace,
                    const Terminal& terminal) {
  const bool blocks = terminal.colours != Terminal::Colours::none && terminal.utf8;
  const std::int64_t width = std::max(terminal.columns - 1, 1);
  const std::int64_t lines = std::max(terminal.rows - 2, 1);
  const std::int64_t height = type.shape[0];
  // A cell is twice as high as it is wide.
  const std::int64_t size =
      std::max(ceil_divide(type.shape[1], width), ceil_divide(height, 2 * lines));
  const Cut rows = cut(height, blocks ? size : 2 * size);
  const Pixels pixels = block_pixels(expression, type, workspace, rows, cut(type.shape[1], size));
  return blocks ? half_blocks(pixels, terminal.colours == Terminal::Colours::direct)
                : characters(pixels);
}

Array as_image(const BoundText& expression, const ResultType& type, const Workspace& workspace) {
  const Scale scale = scale_of(expression, type, workspace);
  return evaluate_about(as_value(expression, type), workspace,
                        [&](const std::string& x) {
                          if (type.dtype == DType::uint8) return x;
                          return "saturate(round((float64(" + x + ") - " +
                                 real_text(scale.low, DType::float64) + ") * " +
                                 real_text(scale.factor, DType::float64) + "), 'uint8')";
                        })
      .front();
}

}  // namespace tightloop::tool
