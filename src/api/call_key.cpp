// One description of a call, which is hashed, compared or written.
#include "api/call_key.hpp"

#include <cstring>

#include "exec/engine_core.hpp"
#include "types/range.hpp"

namespace tightloop::detail {
namespace {

/// The integers that `dtype` is the narrowest for and that are on the same side as `value` of the
/// largest one of the signed dtype of that width: NumPy accepts or refuses them all alike.
Range values_like(DType dtype, int128 value) {
  const Range all = range_of(dtype);
  const int width = 4 * static_cast<int>(itemsize(dtype));  // of the next narrower dtype
  const bool narrowest = itemsize(dtype) == 1;
  if (!is_unsigned_int(dtype)) {
    return {all.lo, narrowest ? -1 : -(static_cast<int128>(1) << (width - 1)) - 1};
  }
  if (value > all.hi / 2) return {all.hi / 2 + 1, all.hi};
  return {narrowest ? 0 : static_cast<int128>(1) << width, all.hi / 2};
}

// What a key is described to; a description ends where one of the functions returns false.

class Writer {
 public:
  explicit Writer(std::uint64_t* begin) : begin_(begin), at_(begin) {}
  bool word(std::uint64_t value) {
    *at_++ = value;
    return true;
  }
  /// Fills the last word with zeros.
  bool bytes(const void* from, std::size_t count) {
    if (count == 0) return true;
    at_[(count - 1) / 8] = 0;
    std::memcpy(at_, from, count);
    at_ += (count + 7) / 8;
    return true;
  }
  bool steps(std::span<const Step> list) { return bytes(list.data(), list.size_bytes()); }
  std::span<const std::uint64_t> written() const { return {begin_, at_}; }

 private:
  std::uint64_t* begin_;
  std::uint64_t* at_;
};

class Comparer {
 public:
  explicit Comparer(std::span<const std::uint64_t> words) : words_(words) {}
  bool word(std::uint64_t value) { return next_ < words_.size() && words_[next_++] == value; }
  bool bytes(const void* from, std::size_t count) {
    if ((count + 7) / 8 > words_.size() - next_) return false;
    if (count != 0 && std::memcmp(words_.data() + next_, from, count) != 0) return false;
    next_ += (count + 7) / 8;
    return true;
  }
  bool steps(std::span<const Step> list) { return bytes(list.data(), list.size_bytes()); }
  bool at_end() const { return next_ == words_.size(); }

 private:
  std::span<const std::uint64_t> words_;
  std::size_t next_ = 0;
};

/// Mixes what tells most calls of a program apart.
class Hasher {
 public:
  /// Factors of their own for the words, which do not have to wait for each other.
  void word(std::uint64_t value) {
    sum_ += (value ^ (value >> 32)) * factor_;
    factor_ += 2 * kMix;
  }
  void bytes(const char* from, std::size_t count) {
    std::uint64_t value = 0;
    for (; count >= 8; from += 8, count -= 8) {
      std::memcpy(&value, from, 8);
      word(value);
    }
    if (count == 0) return;
    value = 0;
    std::memcpy(&value, from, count);
    word(value);
  }
  /// Reads what tells most steps apart. They have just been written, field by field: a wider read
  /// would wait for these writes.
  void steps(std::span<const Step> list) {
    for (const Step& s : list) {
      word(s.value[0] ^ static_cast<std::uint64_t>(s.op) << 56 ^ std::uint64_t{s.leaf} << 48);
    }
  }
  std::uint64_t hash() const { return (sum_ * kMix) >> 32; }

 private:
  static constexpr std::uint64_t kMix = 0xff51afd7ed558ccdULL;
  std::uint64_t factor_ = kMix;
  std::uint64_t sum_ = 0;
};

std::size_t words_of(std::size_t bytes) {
  return (bytes + 7) / 8;
}

std::uint64_t bits_of(const Arg& arg, Promotion promotion) {
  if (!arg.weak()) return static_cast<std::uint64_t>(arg.view().dtype());
  const typing::VariableType type = type_of(arg, promotion);
  const bool high = type.values && type.values->hi == range_of(type.dtype).hi;
  return static_cast<std::uint64_t>(type.dtype) | 64U | (high ? 32U : 0U);
}

std::uint64_t bits_of(const Options& options) {
  return static_cast<std::uint64_t>(options.promotion) |
         static_cast<std::uint64_t>(options.fp) << 2 |
         static_cast<std::uint64_t>(options.overflow) << 3 |
         static_cast<std::uint64_t>(options.casting) << 5 |
         (exec::wants_events(options) ? 256U : 0U) |
         (options.dtype ? static_cast<std::uint64_t>(*options.dtype) + 1 : 0) << 10;
}

}  // namespace

typing::VariableType type_of(const Arg& arg, Promotion promotion) {
  if (!arg.weak()) return {arg.view().dtype(), false};
  if (!is_integer(arg.scalar_dtype())) return {arg.scalar_dtype(), true};
  std::int64_t bits = 0;
  std::memcpy(&bits, arg.scalar(), sizeof bits);
  const int128 value = arg.scalar_dtype() == DType::uint64
                           ? static_cast<int128>(static_cast<std::uint64_t>(bits))
                           : static_cast<int128>(bits);
  const DType dtype = *narrowest({value, value});
  if (promotion != Promotion::numpy) return {dtype, true};
  return {dtype, true, values_like(dtype, value)};
}

template <class Sink>
bool CallKey::describe(Sink& sink) const {
  const auto& [expression, variables, destinations, options, engine] = call_;
  const bool text = expression.steps.empty();
  bool on = sink.word(engine.serial()) &&
            sink.word(bits_of(options) | (text ? 512U : 0U) | destinations.size() << 16);
  if (text) {
    on = on && sink.word(definitions_) && sink.word(expression.text.size()) &&
         sink.bytes(expression.text.data(), expression.text.size());
  } else {
    on = on && sink.word(expression.steps.size()) && sink.steps(expression.steps);
  }
  on = on && sink.word(variables.size());
  for (std::size_t i = 0; on && i < variables.size(); ++i) {
    const Variable& v = variables[i];
    on = sink.word(bits_of(*v.value, options.promotion) | v.name.size() << 8) &&
         sink.bytes(v.name.data(), v.name.size());
  }
  for (std::size_t i = 0; on && i < destinations.size(); ++i) {
    on = sink.word(static_cast<std::uint64_t>(destinations[i].view().dtype()));
  }
  return on;
}

std::uint64_t CallKey::hash() const {
  Hasher hasher;
  hasher.bytes(call_.expression.text.data(), call_.expression.text.size());
  hasher.steps(call_.expression.steps);
  for (const Variable& v : call_.variables) hasher.word(bits_of(*v.value, call_.options.promotion));
  return hasher.hash();
}

bool CallKey::equals(std::span<const std::uint64_t> words) const {
  Comparer comparer(words);
  return describe(comparer) && comparer.at_end();
}

std::size_t CallKey::room() const {
  std::size_t room = 6 + words_of(call_.expression.text.size()) +
                     words_of(call_.expression.steps.size_bytes()) + call_.destinations.size();
  for (const Variable& v : call_.variables) room += 1 + words_of(v.name.size());
  return room;
}

std::span<const std::uint64_t> CallKey::write(std::uint64_t* to) const {
  Writer writer(to);
  describe(writer);
  return writer.written();
}

}  // namespace tightloop::detail
