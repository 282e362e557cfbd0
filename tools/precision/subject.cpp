// The definition made of the expression, and texts that call it.
#include "precision/subject.hpp"

#include <algorithm>

namespace tightloop::tool {
namespace {

/// A name that no variable and no function of the user's has.
std::string unused_name(const Data& data, const Definitions& definitions) {
  std::string out = "expression_";
  const auto taken = [&] {
    const auto list = definitions.list();
    return std::any_of(data.all().begin(), data.all().end(),
                       [&](const Datum& d) { return d.name == out; }) ||
           std::any_of(list.begin(), list.end(),
                       [&](const DefinitionInfo& d) { return d.name == out; });
  };
  while (taken()) out += '_';
  return out;
}

/// An array of that shape that has no elements in memory.
ArrayView imagined(DType dtype, const Dims& shape) {
  return {static_cast<const void*>(nullptr), dtype, shape};
}

}  // namespace

Subject::Subject(const std::string& expression, const Data& data) : data_(data) {
  if (data.options().definitions != nullptr) definitions_ = *data.options().definitions;
  std::vector<Binding> bindings;
  for (const Datum& d : data.all()) {
    bindings.push_back({d.name, d.number ? *d.number : Arg(d.array)});
  }
  const std::vector<ResultType> results = result_types(expression, bindings, data.options());
  if (results.size() != 1) {
    throw UsageError("precision compares one result, and the expression has " +
                     std::to_string(results.size()));
  }
  function_ = unused_name(data, definitions_);
  std::string header = function_ + "(";
  for (const Datum& d : data.all()) header += (header.back() == '(' ? "" : ", ") + d.name;
  definitions_.define(header + ") =\n" + expression);
  std::vector<DType> dtypes;
  for (const Datum& file : data.files()) dtypes.push_back(file.array.dtype());
  exact_ = type_of(exact_call(), dtypes, options());
  if (is_complex(exact_.dtype)) {
    Error error(
        ErrorCode::type,
        "the result is " + std::string(name(exact_.dtype)) + "; precision compares real dtypes", {},
        "take abs, real or imag of it");
    error.set_source(expression);
    throw error;
  }
}

Options Subject::options() const {
  Options out = data_.options();
  out.definitions = &definitions_;
  return out;
}

std::string Subject::call(const std::vector<std::string>& files) const {
  std::string out = function_ + "(";
  auto file = files.begin();
  for (const Datum& d : data_.all()) {
    out += (out.back() == '(' ? "" : ", ") + (d.number ? d.alias : *file++);
  }
  return out + ")";
}

std::string Subject::exact_call() const {
  std::vector<std::string> files;
  for (const Datum& file : data_.files()) {
    const DType dtype = file.array.dtype();
    const bool narrow = is_float(dtype) && dtype != DType::float64;
    files.push_back(narrow ? "float64(" + file.alias + ")" : file.alias);
  }
  return call(files);
}

ResultType Subject::result_of(const std::vector<std::string>& files, DType dtype) const {
  return type_of(call(files), std::vector<DType>(files.size(), dtype), options());
}

ResultType Subject::type_of(const std::string& text, const std::vector<DType>& dtypes,
                            const Options& options) const {
  std::vector<Binding> bindings;
  auto dtype = dtypes.begin();
  for (const Datum& d : data_.all()) {
    bindings.push_back({d.alias, d.number ? *d.number : Arg(imagined(*dtype++, d.array.shape()))});
  }
  return result_types(text, bindings, options).at(0);
}

}  // namespace tightloop::tool
