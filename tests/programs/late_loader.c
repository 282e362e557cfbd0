// A program without C++ that loads thirty other objects, then the library, its JIT object and a
// plugin that uses them, and evaluates in two threads.
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>

static void* load(const char* path) {
  void* handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (handle == NULL) fprintf(stderr, "%s\n", dlerror());
  return handle;
}

static int (*evaluate)(void);

static void* in_thread(void* failed) {
  *(int*)failed = evaluate();
  return NULL;
}

int main(int argc, char** argv) {
  for (int n = 1; n <= 30; ++n) {
    char path[64];
    char name[64];
    snprintf(path, sizeof path, "./other%d.so", n);
    snprintf(name, sizeof name, "use%d", n);
    void* handle = load(path);
    if (handle == NULL) return 1;
    int (*use)(void) = NULL;
    *(void**)&use = dlsym(handle, name);
    if (use == NULL || use() != 3) return 2;
  }
  for (int i = 1; i < argc; ++i) {
    if (argv[i][0] != 0 && load(argv[i]) == NULL) return 3;
  }
  void* plugin = load("./plugin.so");
  if (plugin == NULL) return 4;
  *(void**)&evaluate = dlsym(plugin, "evaluate_something");
  if (evaluate == NULL || evaluate() != 0) return 5;
  pthread_t thread;
  int failed = 1;
  if (pthread_create(&thread, NULL, in_thread, &failed) != 0) return 6;
  pthread_join(thread, NULL);
  return failed;
}
