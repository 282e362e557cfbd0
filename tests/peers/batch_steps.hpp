// Expressions as the steps that templates make, out of words in postfix order: v:NAME, c:INTEGER,
// f:NUMBER, the id of an element-wise operation, or a dtype to convert to.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "tightloop/language.hpp"
#include "tightloop/lazy.hpp"
#include "tightloop/op.hpp"

namespace peers {

class Steps {
 public:
  Steps(std::span<const std::string> words, std::span<const tightloop::Binding> bindings) {
    for (const std::string& word : words) {
      steps_.emplace_back();
      set(steps_.back(), word, bindings);
    }
  }
  std::span<const tightloop::detail::Step> steps() const { return steps_; }
  std::span<const tightloop::Arg* const> leaves() const { return leaves_; }

 private:
  void set(tightloop::detail::Step& step, const std::string& word,
           std::span<const tightloop::Binding> bindings) {
    const std::string value = word.substr(std::min<std::size_t>(2, word.size()));
    if (word.starts_with("v:")) {
      step.op = tightloop::Op::variable;
      step.leaf = leaf(value, bindings);
    } else if (word.starts_with("c:")) {
      hold(step, tightloop::int64, static_cast<std::int64_t>(std::stoll(value)));
    } else if (word.starts_with("f:")) {
      hold(step, tightloop::float64, std::stod(value));
    } else if (const auto dtype = tightloop::find_dtype(word)) {
      step.op = tightloop::Op::astype;
      step.dtype = *dtype;
    } else {
      const auto table = tightloop::op_table();
      const auto row = std::find_if(table.begin(), table.end(),
                                    [&](const tightloop::OpInfo& r) { return r.id == word; });
      if (row == table.end()) throw std::invalid_argument("unknown operation " + word);
      step.op = static_cast<tightloop::Op>(row - table.begin());
    }
  }

  template <class T>
  static void hold(tightloop::detail::Step& step, tightloop::DType dtype, T value) {
    step.op = tightloop::Op::constant;
    step.dtype = dtype;
    std::memcpy(step.value, &value, sizeof value);
  }

  /// Leaves are numbered in the order of their first use.
  std::uint8_t leaf(std::string_view name, std::span<const tightloop::Binding> bindings) {
    const auto binding = std::find_if(bindings.begin(), bindings.end(),
                                      [&](const tightloop::Binding& b) { return b.name == name; });
    if (binding == bindings.end()) throw std::invalid_argument("a leaf without an array");
    const auto at = std::find(leaves_.begin(), leaves_.end(), &binding->value);
    const auto number = static_cast<std::uint8_t>(at - leaves_.begin());
    if (at == leaves_.end()) leaves_.push_back(&binding->value);
    return number;
  }

  std::vector<tightloop::detail::Step> steps_;
  std::vector<const tightloop::Arg*> leaves_;
};

}  // namespace peers
