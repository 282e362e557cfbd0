// Writes a name from operation, precision and lanes, and reads one back.
#include "kernel/leaf_symbol.hpp"

#include <charconv>

namespace tightloop::kernel {
namespace {

constexpr std::string_view kPrefix = "tightloop_leaf_";

bool find_row(std::string_view id, Op& op) {
  for (int i = 0; i < kTableOps; ++i) {
    op = static_cast<Op>(i);
    if (info(op).id == id) return true;
  }
  return false;
}

}  // namespace

std::string leaf_symbol(Op op, DType precision, int lanes) {
  return std::string(kPrefix) + std::string(id(op)) + "_" + std::string(name(precision)) + "x" +
         std::to_string(lanes);
}

bool parse_leaf_symbol(std::string_view symbol, LeafName& out) {
  if (symbol.substr(0, kPrefix.size()) != kPrefix) return false;
  symbol.remove_prefix(kPrefix.size());
  const std::size_t times = symbol.rfind('x');
  if (times == std::string_view::npos) return false;
  const std::string_view count = symbol.substr(times + 1);
  const auto read = std::from_chars(count.data(), count.data() + count.size(), out.lanes);
  if (read.ec != std::errc() || read.ptr != count.data() + count.size()) return false;
  symbol = symbol.substr(0, times);
  for (const DType t : kDTypes) {  // names of operations and of dtypes both have lines
    const std::string end = "_" + std::string(name(t));
    if (!symbol.ends_with(end)) continue;
    out.precision = t;
    return find_row(symbol.substr(0, symbol.size() - end.size()), out.op);
  }
  return false;
}

}  // namespace tightloop::kernel
