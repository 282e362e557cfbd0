// Evaluates where a process ends: in handlers of atexit and in destructors of static and of
// thread-local objects, made before and after the first evaluation, with kernels that are known and
// with new ones. Says of each place that its result was right.
#include <pthread.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <tightloop/tightloop.hpp>
#include <vector>

namespace tl = tightloop;

namespace {

void evaluate(const char* place, int salt) {
  // Another expression for every place, so that it is parsed, planned and compiled there.
  const std::string text = "sum(x * " + std::to_string(salt) + " + sqrt(x * " +
                           std::to_string(salt) + ")) + mean(x, axis=0)";
  std::vector<double> x(40000, static_cast<double>(salt));
  try {
    const double want = 40000.0 * (salt * salt + salt) + salt;
    const tl::Array text_result = tl::evaluate(text, {{"x", x}});
    const tl::Array known = tl::evaluate("sum(x)", {{"x", x}});
    const double lazy = tl::sum(tl::lazy(x) * 2);
    tl::explain(text, {{"x", x}});
    if (text_result.item<double>() == want && known.item<double>() == 40000.0 * salt &&
        lazy == 80000.0 * salt) {
      std::printf("right: %s\n", place);
    } else {
      std::printf("wrong: %s\n", place);
    }
  } catch (const tl::Error& e) {
    std::printf("error: %s: %s\n", place, e.what());
  }
  std::fflush(stdout);
}

struct AtEnd {
  const char* place;
  int salt;
  AtEnd(const char* p, int s) : place(p), salt(s) {}
  AtEnd(const AtEnd&) = delete;
  ~AtEnd() { evaluate(place, salt); }
};

AtEnd early("static object", 1);

void* key_value = &key_value;
pthread_key_t key;

}  // namespace

int main() {
  std::atexit([] { evaluate("handler of before", 2); });
  thread_local AtEnd local_before("thread-local object of before", 3);
  (void)local_before;
  const std::vector<double> x = {1, 2};
  if (tl::evaluate("sum(x)", {{"x", x}}).item<double>() != 3) return 1;
  std::thread([] {
    // Made after the library's own objects of this thread in one case, before them in the other.
    thread_local AtEnd before("thread of before", 4);
    (void)before;
    evaluate("thread", 5);
    thread_local AtEnd after("thread of after", 6);
    (void)after;
  }).join();
  // Keys of a thread are destroyed after its objects, ours perhaps before this one.
  pthread_key_create(&key, [](void*) { evaluate("thread key", 7); });
  std::thread([] {
    pthread_setspecific(key, key_value);
    const std::vector<double> y(3, 1.0);
    tl::evaluate("sum(y)", {{"y", y}});
  }).join();
  std::atexit([] { evaluate("handler of after", 8); });
  static AtEnd late("static object of after", 9);
  return 0;
}
