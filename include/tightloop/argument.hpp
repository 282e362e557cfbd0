// What a call takes and where its results go: arrays and numbers by name, and destinations.
#pragma once

#include <array>
#include <complex>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "tightloop/array.hpp"
#include "tightloop/list.hpp"

namespace tightloop {

/// One argument: an array that is borrowed for the call, or a weak scalar (NEP 50) that is copied.
/// An array or vector that would be destroyed with the expression that names it is kept.
class Arg {
 public:
  Arg(const ArrayView& view) : view_(view.as_const()) {}
  Arg(const Array& array) : view_(array.view_.as_const()) {}
  Arg(Array&& array) : view_(array.view_.as_const()), owner_(std::move(array.owner_)) {}
  Arg(const Array&& array) : view_(array.view_.as_const()), owner_(array.owner_) {}
  template <Element T, class A>
  requires(!std::is_same_v<T, bool>) Arg(const std::vector<T, A>& v)
      : view_(ArrayView::vector(v.data(), dtype_of<T>, v.size(), true)) {}
  template <Element T, class A>
  requires(!std::is_same_v<T, bool>) Arg(std::vector<T, A>&& v)
      : Arg(std::make_shared<const std::vector<T, A>>(std::move(v))) {}
  template <Element T, class A>
  requires(!std::is_same_v<T, bool>) Arg(const std::vector<T, A>&& v)
      : Arg(std::make_shared<const std::vector<T, A>>(v)) {}
  template <Element T>
  Arg(std::span<T> v) : view_(ArrayView::vector(v.data(), dtype_of<T>, v.size(), true)) {}
  template <Element T, std::size_t N>
  Arg(const std::array<T, N>& v)
      : view_(static_cast<const void*>(v.data()), dtype_of<T>, Dims{static_cast<std::int64_t>(N)}) {
  }
  template <Element T, std::size_t N>
  Arg(std::array<T, N>&& v) : Arg(std::make_shared<const std::array<T, N>>(v)) {}
  template <class T>
  requires(std::is_arithmetic_v<T>&& Element<T>) Arg(T value) : weak_(true) {
    if constexpr (std::is_same_v<T, bool>) {
      dtype_ = DType::bool_;
      store(static_cast<std::uint8_t>(value));
    } else if constexpr (std::is_floating_point_v<T>) {
      dtype_ = DType::float64;
      store(static_cast<double>(value));
    } else if constexpr (std::is_signed_v<T>) {
      dtype_ = DType::int64;
      store(static_cast<std::int64_t>(value));
    } else {
      dtype_ = DType::uint64;
      store(static_cast<std::uint64_t>(value));
    }
  }
  Arg(std::complex<double> value) : dtype_(DType::complex128), weak_(true) { store(value); }

  bool weak() const noexcept { return weak_; }
  /// Returns the array; only meaningful when not weak().
  const ArrayView& view() const noexcept { return view_; }
  /// Returns bool, int64, uint64, float64 or complex128: how scalar() is held.
  DType scalar_dtype() const noexcept { return dtype_; }
  /// Returns the 16 bytes that hold the weak scalar.
  const void* scalar() const noexcept { return scalar_; }

 private:
  /// Keeps a container.
  template <class C>
  explicit Arg(std::shared_ptr<const C> kept)
      : view_(
            ArrayView::vector(kept->data(), dtype_of<typename C::value_type>, kept->size(), true)),
        owner_(std::const_pointer_cast<C>(kept)) {}
  template <class V>
  void store(V v) noexcept {
    std::memcpy(scalar_, &v, sizeof v);
  }
  ArrayView view_;
  alignas(16) unsigned char scalar_[16] = {};
  DType dtype_ = DType::float64;
  bool weak_ = false;
  std::shared_ptr<void> owner_;  // of an array that only this argument holds
};

/// A name of the expression and what it stands for.
struct Binding {
  std::string_view name;
  Arg value;
};

/// Variables that are kept for later calls: owns the names, shares the Arrays and keeps vectors
/// that are handed over; vectors, spans and views with a name of their own are borrowed and must
/// outlive it.
///
///   tl::Bindings vars = {{"a", a}, {"b", tl::evaluate("2 * a", {{"a", a}})}};
///   vars.push_back({"c", 3});
class Bindings {
 public:
  /// One of them; unlike a Binding it shares the Array that it is made of.
  struct Variable : Binding {
    Variable(const Binding& binding) : Binding(binding) {}
    template <class T>
    requires std::is_constructible_v<Arg, T> Variable(std::string_view n, T&& v)
        : Binding{n, shared(std::forward<T>(v))} {}

   private:
    template <class T>
    static Arg shared(T&& value) {
      if constexpr (std::is_base_of_v<Array, std::remove_cvref_t<T>>) {
        return Arg(Array(std::forward<T>(value)));
      } else {
        return Arg(std::forward<T>(value));
      }
    }
  };

  Bindings() = default;
  Bindings(std::initializer_list<Variable> list) {
    for (const Variable& item : list) push_back(item);
  }
  Bindings(std::span<const Binding> items) {
    for (const Binding& item : items) push_back(item);
  }
  template <class A>
  Bindings(const std::vector<Binding, A>& items) : Bindings(std::span<const Binding>(items)) {}
  void push_back(const Variable& item) {
    names_.push_back(std::make_shared<const std::string>(item.name));
    items_.push_back({*names_.back(), item.value});
  }
  std::size_t size() const noexcept { return items_.size(); }
  bool empty() const noexcept { return items_.empty(); }
  std::span<const Binding> items() const noexcept { return {items_.begin(), items_.size()}; }

 private:
  List<Binding> items_;
  List<std::shared_ptr<const std::string>> names_;  // shared with copies
};

/// What a call takes as its variables: `{{"a", a}, {"b", b}}`, Bindings, or a vector or span of
/// Binding. Borrows for the call; no type for variables of your own, which Bindings is.
class BindingsView {
 public:
  BindingsView() = default;
  BindingsView(std::initializer_list<Binding> list) : items_(list.begin(), list.size()) {}
  BindingsView(std::span<const Binding> items) : items_(items) {}
  BindingsView(const Bindings& vars) : items_(vars.items()) {}
  template <class A>
  BindingsView(const std::vector<Binding, A>& items) : items_(items) {}
  std::span<const Binding> items() const noexcept { return items_; }

 private:
  std::span<const Binding> items_;
};

/// Where a result is written: the caller's memory, with its own dtype, strides and byte order.
class Destination {
 public:
  Destination(const ArrayView& view) : view_(view) {}
  Destination(Array& array) : view_(array.view()) {}
  template <Element T, class A>
  requires(!std::is_same_v<T, bool>) Destination(std::vector<T, A>& v)
      : view_(ArrayView::vector(v.data(), dtype_of<T>, v.size(), false)) {}
  template <Element T>
  requires(!std::is_const_v<T>) Destination(std::span<T> v)
      : view_(ArrayView::vector(v.data(), dtype_of<T>, v.size(), false)) {}
  template <Element T, std::size_t N>
  requires(!std::is_const_v<T>) Destination(std::array<T, N>& v)
      : view_(ArrayView::vector(v.data(), dtype_of<T>, N, false)) {}
  const ArrayView& view() const noexcept { return view_; }

 private:
  ArrayView view_;
};

}  // namespace tightloop
