// Looks names up.
#include "lang/dtype_names.hpp"

namespace tightloop::lang {
namespace {

struct DTypeAlias {
  std::string_view name;
  DType dtype;
};

constexpr DTypeAlias kDTypeAliases[] = {
    {"float", DType::float64}, {"int", DType::int64},      {"complex", DType::complex128},
    {"half", DType::float16},  {"single", DType::float32}, {"double", DType::float64},
};
}  // namespace

std::optional<DType> find_dtype(std::string_view name) {
  DType dtype{};
  if (parse_dtype(name, dtype)) return dtype;
  for (const DTypeAlias& a : kDTypeAliases) {
    if (a.name == name) return a.dtype;
  }
  return std::nullopt;
}
std::vector<std::string_view> dtype_names() {
  std::vector<std::string_view> names;
  for (const DType t : kDTypes) names.push_back(name(t));
  for (const DTypeAlias& a : kDTypeAliases) names.push_back(a.name);
  return names;
}

}  // namespace tightloop::lang
