// From the stages of a pass to jobs: which of its loops can be cut so that results stay the same.
#include <algorithm>
#include <utility>

#include "exec/cpu/reduction_steps.hpp"
#include "streaming/job.hpp"

namespace tightloop::streaming {
namespace {

using plan::Memory;
using plan::Operand;

class Cutting {
 public:
  Cutting(const plan::LoopPlan& plan, std::uint32_t pass, const Arrays& arrays, int threads,
          const plan::MachineModel& machine)
      : plan_(plan),
        pass_(plan.passes[pass]),
        arrays_(arrays),
        threads_(threads),
        machine_(machine) {
    whole_.pass = pass;
    for (std::uint32_t i = 0; i < pass_.count; ++i) touch_whole(plan.stages[pass_.first + i]);
  }

  std::vector<Job> run() {
    std::vector<Job> ways;
    const plan::Stage& first = plan_.stages[pass_.first];
    if (!pass_.extents.empty()) {
      add_depths(ways, tiles());
    } else if (first.product) {
      if (is_empty(*first.product)) return {whole_};
      for (const Job::Cut cut : {Job::Cut::rows, Job::Cut::columns, Job::Cut::depth}) {
        // Small products are not resumed in the middle of the depth.
        if (cut == Job::Cut::depth && first.product->in_place) continue;
        add_depths(ways, product(*first.product, cut));
      }
    } else if (first.m_size() > 0 && (first.r.empty() || first.r_size() > 0)) {
      add_depths(ways, outputs(first));
      const bool can_pause = !first.r.empty() && first.blocking.blocks > 1;
      for (std::size_t outer = 0; can_pause && outer <= first.m.size(); ++outer) {
        Job job = blocks(first, outer);
        for (job.depth = outer + 1; job.depth <= job.loops.size(); ++job.depth) {
          ways.push_back(job);
        }
      }
    }
    ways.push_back(whole_);
    return ways;
  }

 private:
  static void add_depths(std::vector<Job>& ways, Job job) {
    for (job.depth = 1; job.depth <= job.loops.size(); ++job.depth) ways.push_back(job);
  }

  bool windowed(const Operand& o, std::uint32_t& array) const {
    if (o.source.kind == Memory::Kind::input) {
      array = arrays_.of_input(o.source.index);
    } else if (o.source.kind == Memory::Kind::result) {
      array = arrays_.of_result(o.source.index);
    } else {
      return false;
    }
    return arrays_.all[array].windowed;
  }

  template <class Visit>
  static void for_each_operand(const plan::Stage& s, Visit&& visit) {
    for (const Operand& o : s.main.operands) visit(o, s.r);
    static const auto& none = *new std::vector<std::int64_t>;  // never destroyed
    for (const Operand& o : s.epilogue.operands) visit(o, none);
    for (const plan::AccumulatorCopy& c : s.copies) visit(c.to, none);
  }

  /// Adds a touch that knows its rest, what no loop walks; the caller adds the loops' steps.
  Touch* touch(Job& job, const Operand& o) const {
    std::uint32_t array = 0;
    if (!windowed(o, array)) return nullptr;
    Touch t;
    t.array = array;
    t.begin = o.offset;
    t.item = static_cast<std::int64_t>(itemsize(o.dtype));
    t.first = o.offset;
    t.end = o.offset + t.item;
    job.touches.push_back(std::move(t));
    return &job.touches.back();
  }

  static void span(Touch& t, std::int64_t extent, std::int64_t stride) {
    const std::int64_t reach = (extent - 1) * stride;
    (reach < 0 ? t.begin : t.end) += reach;
    t.rest.push_back({extent, stride});
  }

  static void span(Touch& t, const std::vector<std::int64_t>& extents,
                   const std::vector<std::int64_t>& strides, std::size_t from = 0) {
    for (std::size_t d = from; d < extents.size() && d < strides.size(); ++d) {
      span(t, extents[d], strides[d]);
    }
  }

  /// Not cut, a stage may touch any byte of its arrays.
  void touch_whole(const plan::Stage& s) {
    const auto add = [&](const Operand& o, const auto&) {
      Touch* t = touch(whole_, o);
      if (t == nullptr) return;
      t->begin = 0;
      t->end = static_cast<std::int64_t>(arrays_.all[t->array].bytes);
    };
    for_each_operand(s, add);
    if (!s.product) return;
    for (const plan::Nest* nest : {&s.product->left, &s.product->right}) {
      for (const Operand& o : nest->operands) add(o, 0);
    }
    add(s.product->target, 0);
  }

  Job outputs(const plan::Stage& s) const {
    Job job;
    job.kind = Job::Kind::outputs;
    job.pass = whole_.pass;
    job.loops = s.m;
    for_each_operand(s, [&](const Operand& o, const std::vector<std::int64_t>& r) {
      Touch* t = touch(job, o);
      if (t == nullptr) return;
      t->step = o.m;
      span(*t, r, o.r);
    });
    return job;
  }

  Job blocks(const plan::Stage& s, std::size_t outer) const {
    Job job;
    job.kind = Job::Kind::blocks;
    job.pass = whole_.pass;
    job.outer = outer;
    job.loops.assign(s.m.begin(), s.m.begin() + static_cast<std::ptrdiff_t>(outer));
    job.loops.insert(job.loops.end(), s.r.begin(), s.r.end() - 1);
    job.loops.push_back(s.blocking.blocks_inner);
    for_each_operand(s, [&](const Operand& o, const std::vector<std::int64_t>& r) {
      Touch* t = touch(job, o);
      if (t == nullptr) return;
      t->step.assign(o.m.begin(), o.m.begin() + static_cast<std::ptrdiff_t>(outer));
      span(*t, s.m, o.m, outer);
      for (std::size_t d = 0; d < s.r.size(); ++d) {
        const bool last = d + 1 == s.r.size();
        const std::int64_t stride = r.empty() ? 0 : o.r[d];
        t->step.push_back(last ? stride * s.blocking.block : stride);
        if (last) span(*t, s.blocking.block, stride);
      }
    });
    std::int64_t outputs = 1;
    for (std::size_t d = outer; d < s.m.size(); ++d) outputs *= s.m[d];
    job.held = exec::ReductionInSteps::bytes(s, outputs, threads_, machine_);
    return job;
  }

  static bool is_empty(const plan::MatrixProduct& p) {
    const exec::ProductPart all = exec::whole_product(p);
    return std::min({all.batches.count, all.rows.count, all.columns.count, all.depth.count}) == 0;
  }

  static const std::vector<std::int64_t>& axes(const plan::MatrixProduct& p, Job::Cut which) {
    return which == Job::Cut::rows ? p.rows : which == Job::Cut::columns ? p.columns : p.depth;
  }

  Job product(const plan::MatrixProduct& p, Job::Cut cut) const {
    Job job;
    job.kind = Job::Kind::product;
    job.pass = whole_.pass;
    job.outer = p.batch.size();
    job.cut = cut;
    job.loops = p.batch;
    const auto& own = axes(p, cut);
    job.loops.insert(job.loops.end(), own.begin(), own.end());
    using Strides = std::vector<std::int64_t>;
    const auto after = [](const Strides& s, std::size_t n) {
      return Strides(s.begin() + static_cast<std::ptrdiff_t>(n), s.end());
    };
    // By what is cut: the strides of an operand, empty where it does not move along it.
    const auto add = [&](const Operand& o, const Strides& rows, const Strides& columns,
                         const Strides& depth) {
      Touch* t = touch(job, o);
      if (t == nullptr) return;
      t->step.assign(o.m.begin(), o.m.begin() + static_cast<std::ptrdiff_t>(job.outer));
      const std::pair<Job::Cut, const Strides*> all[] = {
          {Job::Cut::rows, &rows}, {Job::Cut::columns, &columns}, {Job::Cut::depth, &depth}};
      for (const auto& [which, strides] : all) {
        if (which != cut) {
          span(*t, axes(p, which), *strides);
        } else if (strides->empty()) {
          t->step.resize(job.loops.size(), 0);
        } else {
          t->step.insert(t->step.end(), strides->begin(), strides->end());
        }
      }
    };
    for (const Operand& o : p.left.operands) add(o, after(o.m, job.outer), {}, o.r);
    for (const Operand& o : p.right.operands) add(o, {}, after(o.m, job.outer), o.r);
    const Strides target = after(p.target.m, job.outer);
    Strides of_rows = target;
    of_rows.resize(p.rows.size());
    add(p.target, of_rows, after(target, p.rows.size()), {});
    return job;
  }

  Job tiles() const {
    Job job;
    job.kind = Job::Kind::tiles;
    job.pass = whole_.pass;
    job.loops = pass_.extents;
    job.loops.back() = (pass_.extents.back() + pass_.rows - 1) / pass_.rows;
    for (std::uint32_t i = 0; i < pass_.count; ++i) {
      const plan::Stage& s = plan_.stages[pass_.first + i];
      for_each_operand(s, [&](const Operand& o, const std::vector<std::int64_t>& r) {
        Touch* t = touch(job, o);
        if (t == nullptr) return;
        for (const std::uint32_t d : s.common) t->step.push_back(o.m[d]);
        span(*t, pass_.rows, t->step.back());
        t->step.back() *= pass_.rows;
        for (std::size_t d = 0; d < s.m.size(); ++d) {
          const bool common = std::find(s.common.begin(), s.common.end(), d) != s.common.end();
          if (!common) span(*t, s.m[d], o.m[d]);
        }
        span(*t, r, o.r);
      });
    }
    return job;
  }

  const plan::LoopPlan& plan_;
  const plan::Pass& pass_;
  const Arrays& arrays_;
  const int threads_;
  const plan::MachineModel& machine_;
  Job whole_;
};

}  // namespace

std::vector<Job> ways_to_cut(const plan::LoopPlan& plan, std::uint32_t pass, const Arrays& arrays,
                             int threads, const plan::MachineModel& machine) {
  return Cutting(plan, pass, arrays, threads, machine).run();
}

}  // namespace tightloop::streaming
