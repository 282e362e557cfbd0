// Digits from the last to the first, so that the lowest number, which has no negative, is no
// special case.
#include "types/text.hpp"

#include <algorithm>

namespace tightloop {

std::string to_string(int128 value) {
  const bool negative = value < 0;
  std::string out;
  do {
    const int digit = static_cast<int>(value % 10);
    out += static_cast<char>('0' + (digit < 0 ? -digit : digit));
    value /= 10;
  } while (value != 0);
  if (negative) out += '-';
  std::reverse(out.begin(), out.end());
  return out;
}

std::string to_string(const Dims& dims) {
  std::string out = "(";
  for (int i = 0; i < dims.size(); ++i) {
    if (i > 0) out += ", ";
    out += std::to_string(dims[i]);
  }
  return out + (dims.size() == 1 ? ",)" : ")");
}

}  // namespace tightloop
