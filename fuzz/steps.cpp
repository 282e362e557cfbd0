// Steps, which is how expression templates cross the border of the library: any bytes.
#include "evaluated.hpp"

using namespace tightloop;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Bytes bytes(data, size);
  const Options options = fuzz::options_of(bytes);
  const auto leaf_count = bytes.up_to(6);
  std::vector<detail::Step> steps;
  while (bytes.left() > 0 && steps.size() < 64) steps.push_back(bytes.take<detail::Step>());
  const Bindings vars = fuzz::variables();
  std::vector<const Arg*> leaves;
  for (std::uint32_t i = 0; i < leaf_count; ++i) leaves.push_back(&vars.items()[i].value);
  fuzz::tried({}, [&] { detail::evaluate_steps(steps, leaves, options); });
  return 0;
}
