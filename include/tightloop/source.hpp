// Files as arrays, whatever their format: sources that are read in order and in parts, arrays that
// are loaded whole, and results that are saved.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "tightloop/array.hpp"

namespace tightloop {

/// The elements of one array, read in order from a file, a stack of files or a pipe, without ever
/// holding all of them in memory. One thread may use it at a time.
class TIGHTLOOP_API Source {
 public:
  virtual ~Source();
  Source(const Source&) = delete;
  Source& operator=(const Source&) = delete;

  DType dtype() const noexcept { return dtype_; }
  const Dims& shape() const noexcept { return shape_; }
  /// True where the elements come in Fortran order of shape() (the first index runs fastest).
  bool fortran_order() const noexcept { return fortran_order_; }
  /// True where the byte order is not the machine's.
  bool swapped() const noexcept { return order_ == ByteOrder::swapped; }
  /// Returns what messages call it: the file, as the caller wrote it, or "standard input".
  const std::string& name() const noexcept { return name_; }
  /// Returns the size of all elements; below 2^63.
  std::uint64_t bytes() const noexcept { return bytes_; }

  /// True where seek() works: false for pipes.
  virtual bool rewindable() const = 0;
  /// Copies the next `bytes` bytes of the elements to `into`, in the order of the file; bools are 0
  /// or 1. Throws Error(file) that names the file where it ends early, cannot be read or is
  /// damaged, and Error(value) where fewer bytes are left.
  virtual void read(void* into, std::size_t bytes) = 0;
  /// Goes to a byte of the elements, at most bytes(). Throws Error(file), for a pipe always.
  virtual void seek(std::uint64_t byte) = 0;
  /// Returns the bytes that reading takes beside what it copies to: those of an image that can only
  /// be decoded as a whole.
  virtual std::uint64_t reading_bytes() const { return 0; }
  /// Lets a read that waits for somebody (a pipe) end with Error(stopped) soon after `stop` becomes
  /// true; it has to live as long as reads go on. Null: a read waits as long as it takes.
  virtual void stop_when(const std::atomic<bool>* stop);
  /// Copies a region, `count[i]` elements from index `start[i]` on along each axis i of shape(), to
  /// `into`, in C order and native byte order, whatever the file has; bools are 0 or 1. read() goes
  /// on from an unspecified place afterwards: seek() first. Holds 256 KiB beside `into` at most,
  /// and what reading_bytes() says. Throws Error(value), which names the source and the axis, for a
  /// region that is not inside shape(), and Error(file) as read() does, for a pipe always.
  virtual void read_region(const Dims& start, const Dims& count, void* into);
  /// Returns the shape of the pieces that are read at the cost of their own bytes: one file of a
  /// stack; rows of what is unpacked in order, for regions that come in order, too. No extents (an
  /// empty Dims) where any region costs what its bytes cost. Pieces begin at multiples of it; the
  /// last along an axis may be smaller.
  virtual Dims chunk_shape() const;

 protected:
  /// Throws Error(shape) for a shape that is negative or overflows.
  Source(std::string name, DType dtype, const Dims& shape, bool fortran_order, ByteOrder order);

 private:
  std::string name_;
  Dims shape_;
  std::uint64_t bytes_ = 0;
  DType dtype_;
  ByteOrder order_;
  bool fortran_order_;
};

/// What opening a source may take.
struct ReadingLimits {
  std::uint64_t memory = ~std::uint64_t{0};  ///< bytes, of text, which is held as a whole
  std::uint64_t beside = 0;  ///< what the process takes beside: errors name sizes with it
};

/// Opens what `spec` names. An existing file of that very name comes first; its format is what its
/// first bytes say, else the end of its name. Forms of `spec`, by example (file_formats() lists all
/// formats and what may follow the names of files, docs/formats.md says more):
///   a.npy                also a named pipe, which is read as .npy
///   a.npy:float8_e4m3fn  elements that NumPy's format calls bytes ('<V1', '<V2'), as that dtype
///   f.npz:member         stored or deflated; the member may be left out where it is the only one
///   x.raw:uint8:1000x370 elements without a header: dtype (or a code such as '>u2'), shape (one
///                        axis of all elements where it is left out), and 'big' or 'little'; the
///                        size of the file must be that of the shape
///   a.png a.pgm a.ppm    images: uint8 or uint16 of shape (h, w) or (h, w, channels); a.pfm:
///   float32 a.txt a.csv:int64    rows of numbers, float64 unless a dtype follows; read at once
///   frames/*.png         files of one shape and dtype, in the order of their names (numbers by
///                        value), stacked along a new first axis; one is open at a time
///   - -:csv:price        .npy on standard input, or a format that can be read from a pipe
/// Reads no more than the headers, and of text all. Throws Error(file) that names the file, and
/// Error(memory), which says how much would do, where text does not fit.
TIGHTLOOP_API std::unique_ptr<Source> open_source(const std::string& spec,
                                                  const ReadingLimits& limits = {});

/// Returns the array that `spec` names (see open_source): mapped read-only where the elements stand
/// in the file as they are (.npy, stored members of .npz, raw, binary PGM and PPM), else read into
/// memory. What is mapped is not compared with the checksum of its archive. Throws Error(file),
/// Error(memory).
TIGHTLOOP_API Array load(const std::string& spec);

/// An array and the file that it is saved in.
struct SavedArray {
  std::string path;
  ArrayView array;
};

/// Writes an array in the format that the end of `path` names: .npy (no end means that, too); .npz
/// (stored; 'f.npz:name' names the array, which is arr_0 otherwise); .png (uint8, uint16 or bool of
/// shape (h, w) or (h, w, 2 to 4)); .pgm and .ppm (the same of (h, w) or (h, w, 3)); .pfm (float32
/// of these shapes); .raw (the elements alone, C order, native byte order); .txt, .csv and .tsv (at
/// most two dimensions and 16,777,216 elements). Bools become 0 and 255 in images. The file appears
/// whole or not at all. Throws Error(file).
TIGHTLOOP_API void save(const std::string& path, const ArrayView& array);
inline void save(const std::string& path, const Array& array) {
  save(path, static_cast<ArrayView>(array));
}

/// Writes several arrays; those of one .npz file become its members. All files are complete on the
/// disk before the first appears under its name. Throws Error(file).
TIGHTLOOP_API void save_all(std::span<const SavedArray> arrays);

/// Installs, once for the process, a handler of SIGBUS. A mapped file that another program makes
/// shorter then reads as zeros where it is gone, and the evaluation that read it ends with
/// Error(file); a writer whose mapped file lost its space refuses to commit. Other causes go on to
/// the handler that was there before. The library never does this by itself.
TIGHTLOOP_API void guard_mapped_files();

}  // namespace tightloop
