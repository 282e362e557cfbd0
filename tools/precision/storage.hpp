// How the data could be stored: a dtype, and for integers the linear map that makes their range
// that of the data; as texts of the language that store and restore a variable.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tightloop/dtype.hpp"

namespace tightloop::tool {

/// What the elements of one variable are, from one pass over them.
struct Extent {
  DType dtype = DType::float64;
  std::int64_t values = 0;
  std::int64_t nan = 0;
  std::int64_t infinite = 0;
  std::int64_t zero = 0;
  double least = 0;     ///< of the finite values; meaningless where there are none
  double greatest = 0;  ///< as above
  double smallest_magnitude =
      0;                         ///< of the finite values that are not zero; 0 where there are none
  std::uint64_t least_bits = 0;  ///< of integers and bools: the exact value, modulo 2^64
  std::uint64_t greatest_bits = 0;
  std::int64_t finite() const { return values - nan - infinite; }
};

/// How one variable becomes elements of a dtype, and back.
struct Coding {
  enum class Kind {
    plain,    ///< converted, and used as it is
    shifted,  ///< an integer minus an integer: exact
    scaled,   ///< round((x - offset) / scale)
  };
  Kind kind = Kind::plain;
  double scale = 1;
  double offset = 0;
  std::string offset_text;          ///< as the language writes it, exactly
  DType restored = DType::float64;  ///< of scaled: the dtype in which x is computed again
};

/// One way to store all variables.
struct Storage {
  DType dtype = DType::float64;
  std::vector<Coding> codings;  ///< one per variable; empty where the data do not fit
  std::string unfit;            ///< why they do not, as the end of a sentence; empty where they do
  bool fits() const { return unfit.empty(); }
  bool scaled() const;  ///< true where some variable needs a scale or an offset
};

/// Returns the storage of variables in `dtype`: plain for floats and for integers that hold every
/// value, else shifted or scaled to the range of the values.
Storage storage_of(DType dtype, const std::vector<Extent>& extents);

/// Returns the dtypes to be compared, widest first: the floats, the integers of 16 and 8 bits, and
/// those of the data themselves in front.
std::vector<DType> candidate_dtypes(const std::vector<Extent>& extents);

/// Returns the expression that stores the variable `name`.
std::string stored_text(DType dtype, const Coding& coding, const std::string& name);
/// Returns the expression that restores what `stored` names.
std::string restored_text(const Coding& coding, const std::string& stored);

/// Returns a double as the language reads it back, in parentheses where it is negative.
std::string literal(double value);

}  // namespace tightloop::tool
