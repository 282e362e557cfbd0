// Small matrix products: kernels that read the factors where they lie get runs of the batch, or,
// where there are too few for the threads, pieces of the rows.
#include <algorithm>

#include "exec/cpu/run_loops.hpp"
#include "exec/cpu/tasks.hpp"

namespace tightloop::exec {
namespace {

class SmallProduct {
 public:
  SmallProduct(const BoundStage& bound, const StageArguments& arguments, const ProductPart& part,
               StopFlag stop)
      : kernel_(*bound.kernel),
        p_(*bound.stage->product),
        part_(part),
        tasks_per_thread_(bound.machine->product_tasks),
        stop_(stop),
        left_(operand(p_.left.operands[0], arguments.main[0], true, false)),
        right_(operand(p_.right.operands[0], arguments.epilogue[0], false, true)),
        target_(operand(p_.target, arguments.copies[0], true, true)) {
    const std::int64_t row_work = part_.columns.count * part_.depth.count;
    const std::int64_t most = bound.machine->uninterrupted_products;
    most_rows_ = std::clamp<std::int64_t>(most / row_work, 1, part_.rows.count);
    most_products_ =
        std::max<std::int64_t>(1, most / (row_work * std::max<std::int64_t>(most_rows_, 1)));
  }

  std::uint64_t run(Workers workers) const {
    const std::int64_t wanted = workers.threads > 1 ? tasks_per_thread_ * workers.threads : 1;
    const bool by_batch = part_.batches.count >= workers.threads;
    const Piece& all = by_batch ? part_.batches : part_.rows;
    const std::int64_t tasks = std::min(wanted, all.count);
    return run_tasks(tasks, workers, [&](std::int64_t i) {
      const std::int64_t first = all.count * i / tasks;
      const Piece own{all.first + first, all.count * (i + 1) / tasks - first};
      return multiply(by_batch ? own : part_.batches, by_batch ? part_.rows : own);
    });
  }

 private:
  /// An operand: the address of the part's first row and column in product 0, and its strides.
  struct Matrix {
    char* first;
    const std::int64_t* batch;
    std::int64_t row = 0;
    std::int64_t depth = 0;
  };

  Matrix operand(const plan::Operand& o, char* first, bool has_rows, bool has_columns) const {
    const std::size_t batch = p_.batch.size();
    Matrix m{first, o.m.data()};
    if (has_rows) m.row = o.m[batch];
    if (has_columns) m.first += part_.columns.first * o.m[batch + (has_rows ? 1 : 0)];
    if (!o.r.empty()) m.depth = o.r[0];
    return m;
  }

  std::int64_t offset(const Matrix& m, std::int64_t product) const {
    std::int64_t bytes = 0;
    for (std::size_t d = p_.batch.size(); d-- > 0; product /= p_.batch[d]) {
      bytes += product % p_.batch[d] * m.batch[d];
    }
    return bytes;
  }

  std::uint64_t multiply(Piece products, Piece rows) const {
    std::uint64_t events = 0;
    const std::int64_t inner = p_.batch.back();
    for (std::int64_t b = 0; b < products.count;) {
      const std::int64_t at = products.first + b;
      const std::int64_t run = std::min({products.count - b, inner - at % inner, most_products_});
      for (std::int64_t i = 0; i < rows.count; i += most_rows_) {
        check_stop(stop_);
        call(at, run, {rows.first + i, std::min(most_rows_, rows.count - i)}, &events);
      }
      b += run;
    }
    return events;
  }

  void call(std::int64_t product, std::int64_t products, Piece rows, std::uint64_t* events) const {
    const std::size_t inner = p_.batch.size() - 1;
    const kernel::SmallProductSteps steps{left_.batch[inner],  left_.row,    left_.depth,
                                          right_.batch[inner], right_.depth, target_.batch[inner],
                                          target_.row};
    void* const pointers[] = {left_.first + offset(left_, product) + rows.first * left_.row,
                              right_.first + offset(right_, product),
                              target_.first + offset(target_, product) + rows.first * target_.row};
    kernel::KernelFrame frame{};
    frame.n0 = part_.columns.count;
    frame.n1 = rows.count;
    frame.n2 = part_.depth.count;
    frame.n3 = products;
    frame.ptr = pointers;
    frame.step = reinterpret_cast<const std::int64_t*>(&steps);
    frame.events = events;
    kernel_.call(frame);
  }

  const kernel::Kernel& kernel_;
  const plan::MatrixProduct& p_;
  const ProductPart& part_;
  const std::int64_t tasks_per_thread_;
  const StopFlag stop_;
  const Matrix left_, right_, target_;
  std::int64_t most_rows_ = 1;
  std::int64_t most_products_ = 1;
};

}  // namespace

std::uint64_t run_small_product(const BoundStage& bound, const StageArguments& arguments,
                                const ProductPart& part, Workers workers) {
  if (part.batches.count == 0 || part.rows.count == 0 || part.columns.count == 0) return 0;
  return SmallProduct(bound, arguments, part, workers.stop).run(workers);
}

}  // namespace tightloop::exec
