// Sources as Python holds them: what open() makes, for one reader at a time.
#pragma once

#include <nanobind/nanobind.h>

#include <atomic>
#include <memory>
#include <string>
#include <utility>

#include "python_error.hpp"
#include "tightloop/source.hpp"

namespace tightloop::python {

/// A file that is read in order. One stream at a time may use it.
class OpenSource {
 public:
  explicit OpenSource(const std::string& spec) : spec_(spec), source_(tl::open_source(spec)) {}
  const std::string& spec() const { return spec_; }
  tl::Source& get() const { return *source_; }

  /// Marks the source as in use while it lives, and puts it at its beginning.
  class Use {
   public:
    explicit Use(OpenSource& source) : source_(&source) {
      if (source.used_.exchange(true)) {
        source_ = nullptr;
        throw tl::Error(tl::ErrorCode::value,
                        "'" + source.get().name() + "' is being read by another stream", {},
                        "open it once for each");
      }
      if (source.get().rewindable()) source.get().seek(0);
    }
    Use(Use&& other) noexcept : source_(std::exchange(other.source_, nullptr)) {}
    ~Use() {
      if (source_ != nullptr) source_->used_.store(false);
    }
    tl::Source& get() const { return source_->get(); }

   private:
    OpenSource* source_;
  };

 private:
  std::string spec_;
  std::unique_ptr<tl::Source> source_;
  std::atomic<bool> used_{false};
};

/// Returns the extents as a tuple.
inline nanobind::tuple shape_of(const tl::Dims& shape) {
  nanobind::list list;
  for (const std::int64_t extent : shape) list.append(extent);
  return nanobind::tuple(list);
}

}  // namespace tightloop::python
