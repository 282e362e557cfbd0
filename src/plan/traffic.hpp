// How many bytes a pass moves: each element of an array once, however many operands read it.
#pragma once

#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "plan/loop_plan.hpp"

namespace tightloop::plan {

class Traffic {
 public:
  explicit Traffic(const std::vector<Intermediate>& intermediates)
      : intermediates_(intermediates) {}
  /// Adds the operands of a stage that runs together with those before.
  void add(const Stage& stage);
  std::uint64_t read() const;     ///< of inputs, and of intermediates that are arrays
  std::uint64_t written() const;  ///< of results

 private:
  struct Use {
    std::uint64_t bytes = 0;  // of all operands
    std::int64_t begin = 0;   // from the array's first element
    std::int64_t end = 0;
  };
  using Extents = std::vector<std::int64_t>;
  void add(const Operand& o, const Extents& m, const Extents& r);
  void add(const MatrixProduct& product);
  std::uint64_t total(bool results) const;
  const std::vector<Intermediate>& intermediates_;
  std::map<std::pair<Memory::Kind, std::uint32_t>, Use> uses_;
};

}  // namespace tightloop::plan
