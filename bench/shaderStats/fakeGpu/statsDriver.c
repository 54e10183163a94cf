// A Vulkan driver (ICD) in front of another one, for a GPU that is not there: shaders are compiled by the real driver,
// nothing else happens. Command buffers and queues do nothing, fences are always signalled. Of every compute pipeline the
// driver's own statistics (VK_KHR_pipeline_executable_properties) are appended to $STATS_OUT as one line of JSON, with its
// internal representations (NIR, assembly) and its SPIR-V in files beside it.
// Environment: STATS_ICD the real driver's .so; STATS_OUT the file of lines; STATS_IR 1: representations and SPIR-V too;
// STATS_NO_ROBUST 1: the driver does not check bounds; STATS_SUBGROUP: the size of subgroups, 0 leaves it to the driver (Dawn asks
// for twice the smallest).
#define _GNU_SOURCE
#include "statsReport.h"
#include <vulkan/vk_icd.h>
#include <dlfcn.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define EXPORT __attribute__((visibility("default")))
static PFN_vkVoidFunction (*real_gipa)(VkInstance, const char *);
static PFN_vkVoidFunction (*real_gpdpa)(VkInstance, const char *);
static VkResult (*real_negotiate)(uint32_t *);
static VkInstance the_instance;
static PFN_vkGetDeviceProcAddr real_gdpa;
static VkBool32 has_executables;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void load(void) {
  if (real_gipa) return;
  const char *path = getenv("STATS_ICD");
  void *lib = path ? dlopen(path, RTLD_NOW | RTLD_LOCAL) : NULL;
  if (!lib) { fprintf(stderr, "statsicd: STATS_ICD: %s\n", path ? dlerror() : "not set"); exit(2); }
  real_gipa = (void *)dlsym(lib, "vk_icdGetInstanceProcAddr");
  real_gpdpa = (void *)dlsym(lib, "vk_icdGetPhysicalDeviceProcAddr");
  real_negotiate = (void *)dlsym(lib, "vk_icdNegotiateLoaderICDInterfaceVersion");
}

// Functions that do nothing, and succeed.
static VkResult nothing(void) { return VK_SUCCESS; }

struct module { VkShaderModule handle; uint32_t *code; size_t size; struct module *next; };
static struct module *modules;

static VkResult create_module(VkDevice device, const VkShaderModuleCreateInfo *info, const VkAllocationCallbacks *alloc, VkShaderModule *out) {
  PFN_vkCreateShaderModule real = (void *)real_gdpa(device, "vkCreateShaderModule");
  VkResult result = real(device, info, alloc, out);
  if (result == VK_SUCCESS) {
    struct module *m = malloc(sizeof *m);
    *m = (struct module){*out, malloc(info->codeSize), info->codeSize, NULL};
    memcpy(m->code, info->pCode, info->codeSize);
    pthread_mutex_lock(&lock);
    m->next = modules; modules = m;
    pthread_mutex_unlock(&lock);
  }
  return result;
}

static const struct module *module_of(VkShaderModule handle) {
  for (struct module *m = modules; m; m = m->next) if (m->handle == handle) return m;
  return NULL;
}

// Pipelines no longer ask for checks of bounds.
static void trust(const void *chain) {
  for (VkBaseOutStructure *s = (void *)chain; s; s = s->pNext) {
    if (s->sType != VK_STRUCTURE_TYPE_PIPELINE_ROBUSTNESS_CREATE_INFO) continue;
    VkPipelineRobustnessCreateInfo *r = (void *)s;
    r->storageBuffers = r->uniformBuffers = r->vertexInputs = VK_PIPELINE_ROBUSTNESS_BUFFER_BEHAVIOR_DISABLED;
  }
}

static void set_subgroup(VkPipelineShaderStageCreateInfo *stage, VkPipelineShaderStageRequiredSubgroupSizeCreateInfo *own) {
  if (!getenv("STATS_SUBGROUP")) return;
  uint32_t size = atoi(getenv("STATS_SUBGROUP"));
  const VkBaseInStructure *first = stage->pNext;
  // Dawn has nothing else there.
  if (first && first->sType == VK_STRUCTURE_TYPE_PIPELINE_SHADER_STAGE_REQUIRED_SUBGROUP_SIZE_CREATE_INFO) stage->pNext = first->pNext;
  if (size == 0) return;
  *own = (VkPipelineShaderStageRequiredSubgroupSizeCreateInfo){
    VK_STRUCTURE_TYPE_PIPELINE_SHADER_STAGE_REQUIRED_SUBGROUP_SIZE_CREATE_INFO, (void *)stage->pNext, size};
  stage->pNext = own;
}

static VkResult create_compute(VkDevice device, VkPipelineCache cache, uint32_t count, const VkComputePipelineCreateInfo *infos,
                               const VkAllocationCallbacks *alloc, VkPipeline *out) {
  PFN_vkCreateComputePipelines real = (void *)real_gdpa(device, "vkCreateComputePipelines");
  VkComputePipelineCreateInfo *mine = malloc(count * sizeof *mine);
  memcpy(mine, infos, count * sizeof *mine);
  // A pipeline from a cache may have no statistics.
  for (uint32_t i = 0; has_executables && i < count; i++)
    mine[i].flags |= VK_PIPELINE_CREATE_CAPTURE_STATISTICS_BIT_KHR |
                     (getenv("STATS_IR") ? VK_PIPELINE_CREATE_CAPTURE_INTERNAL_REPRESENTATIONS_BIT_KHR : 0);
  VkPipelineShaderStageRequiredSubgroupSizeCreateInfo *sizes = malloc(count * sizeof *sizes);
  for (uint32_t i = 0; i < count; i++) set_subgroup(&mine[i].stage, &sizes[i]);
  for (uint32_t i = 0; getenv("STATS_NO_ROBUST") && i < count; i++) {
    trust(mine[i].pNext);
    trust(mine[i].stage.pNext);
  }
  struct timespec a, b;
  clock_gettime(CLOCK_MONOTONIC, &a);
  VkResult result = real(device, VK_NULL_HANDLE, count, mine, alloc, out);
  clock_gettime(CLOCK_MONOTONIC, &b);
  double ms = (b.tv_sec - a.tv_sec) * 1e3 + (b.tv_nsec - a.tv_nsec) / 1e6;
  pthread_mutex_lock(&lock);
  for (uint32_t i = 0; i < count && result == VK_SUCCESS; i++) {
    const struct module *m = module_of(mine[i].stage.module);
    report_pipeline(device, out[i], &(struct report){real_gdpa, has_executables, ms, m ? m->code : NULL, m ? m->size : 0});
  }
  pthread_mutex_unlock(&lock);
  free(sizes);
  free(mine);
  return result;
}

static VkResult create_device(VkPhysicalDevice physical, const VkDeviceCreateInfo *info, const VkAllocationCallbacks *alloc, VkDevice *out) {
  PFN_vkCreateDevice real = (void *)real_gipa(the_instance, "vkCreateDevice");
  PFN_vkEnumerateDeviceExtensionProperties list = (void *)real_gipa(the_instance, "vkEnumerateDeviceExtensionProperties");
  uint32_t n = 0;
  list(physical, NULL, &n, NULL);
  VkExtensionProperties *all = calloc(n ? n : 1, sizeof *all);
  list(physical, NULL, &n, all);
  has_executables = VK_FALSE;
  for (uint32_t i = 0; i < n; i++)
    if (!strcmp(all[i].extensionName, VK_KHR_PIPELINE_EXECUTABLE_PROPERTIES_EXTENSION_NAME)) has_executables = VK_TRUE;
  free(all);
  if (!has_executables) fprintf(stderr, "statsicd: this driver has no statistics of pipelines\n");
  VkDeviceCreateInfo mine = *info;
  const char **names = malloc((mine.enabledExtensionCount + 1) * sizeof *names);
  memcpy(names, mine.ppEnabledExtensionNames, mine.enabledExtensionCount * sizeof *names);
  VkPhysicalDevicePipelineExecutablePropertiesFeaturesKHR feature = {
    VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PIPELINE_EXECUTABLE_PROPERTIES_FEATURES_KHR, (void *)mine.pNext, VK_TRUE};
  if (has_executables) {
    names[mine.enabledExtensionCount++] = VK_KHR_PIPELINE_EXECUTABLE_PROPERTIES_EXTENSION_NAME;
    mine.ppEnabledExtensionNames = names;
    mine.pNext = &feature;
  }
  if (getenv("STATS_NO_ROBUST")) {
    if (mine.pEnabledFeatures) ((VkPhysicalDeviceFeatures *)mine.pEnabledFeatures)->robustBufferAccess = VK_FALSE;
    for (VkBaseOutStructure *s = (void *)mine.pNext; s; s = s->pNext) {
      if (s->sType == VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FEATURES_2)
        ((VkPhysicalDeviceFeatures2 *)s)->features.robustBufferAccess = VK_FALSE;
      if (s->sType == VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_ROBUSTNESS_2_FEATURES_EXT)
        ((VkPhysicalDeviceRobustness2FeaturesEXT *)s)->robustBufferAccess2 = ((VkPhysicalDeviceRobustness2FeaturesEXT *)s)->nullDescriptor = VK_FALSE;
    }
  }
  VkResult result = real(physical, &mine, alloc, out);
  free(names);
  real_gdpa = (void *)real_gipa(the_instance, "vkGetDeviceProcAddr");
  return result;
}

static VkResult create_instance(const VkInstanceCreateInfo *info, const VkAllocationCallbacks *alloc, VkInstance *out) {
  VkResult result = ((PFN_vkCreateInstance)real_gipa(NULL, "vkCreateInstance"))(info, alloc, out);
  if (result == VK_SUCCESS) the_instance = *out;
  return result;
}

static const char *const DO_NOTHING[] = {
  "vkBeginCommandBuffer", "vkEndCommandBuffer", "vkResetCommandBuffer", "vkResetCommandPool", "vkQueueSubmit", "vkQueueSubmit2",
  "vkQueueSubmit2KHR", "vkQueueWaitIdle", "vkDeviceWaitIdle", "vkWaitForFences", "vkGetFenceStatus", "vkResetFences",
  "vkWaitSemaphores", "vkSignalSemaphore", "vkQueueBindSparse",
};

static PFN_vkVoidFunction mine(const char *name) {
  if (!strncmp(name, "vkCmd", 5)) return (PFN_vkVoidFunction)nothing;
  for (size_t i = 0; i < sizeof DO_NOTHING / sizeof *DO_NOTHING; i++)
    if (!strcmp(name, DO_NOTHING[i])) return (PFN_vkVoidFunction)nothing;
  if (!strcmp(name, "vkCreateComputePipelines")) return (PFN_vkVoidFunction)create_compute;
  if (!strcmp(name, "vkCreateShaderModule")) return (PFN_vkVoidFunction)create_module;
  return NULL;
}

static PFN_vkVoidFunction device_proc(VkDevice device, const char *name) {
  PFN_vkVoidFunction real = real_gdpa(device, name), own = mine(name);
  return real && own ? own : real;
}

EXPORT PFN_vkVoidFunction vk_icdGetInstanceProcAddr(VkInstance instance, const char *name) {
  load();
  if (!strcmp(name, "vkCreateInstance")) return (PFN_vkVoidFunction)create_instance;
  if (!strcmp(name, "vkCreateDevice")) return (PFN_vkVoidFunction)create_device;
  if (!strcmp(name, "vkGetDeviceProcAddr")) return (PFN_vkVoidFunction)device_proc;
  PFN_vkVoidFunction real = real_gipa(instance, name), own = mine(name);
  return real && own ? own : real;
}
EXPORT PFN_vkVoidFunction vk_icdGetPhysicalDeviceProcAddr(VkInstance instance, const char *name) {
  load();
  if (!strcmp(name, "vkCreateDevice")) return (PFN_vkVoidFunction)create_device;
  return real_gpdpa ? real_gpdpa(instance, name) : NULL;
}
EXPORT VkResult vk_icdNegotiateLoaderICDInterfaceVersion(uint32_t *version) {
  load();
  return real_negotiate ? real_negotiate(version) : VK_SUCCESS;
}
