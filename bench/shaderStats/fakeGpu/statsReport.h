// Writes what a driver says of a compiled pipeline.
#pragma once
#define VK_NO_PROTOTYPES
#include <stddef.h>
#include <vulkan/vulkan.h>

struct report {
  PFN_vkGetDeviceProcAddr proc;
  // Whether the driver has VK_KHR_pipeline_executable_properties.
  VkBool32 has_executables;
  // Time that it took to compile.
  double ms;
  const void *spirv;
  size_t spirv_bytes;
};

// Appends a line of JSON to $STATS_OUT; with STATS_IR the driver's representations and the SPIR-V go into files beside it.
void report_pipeline(VkDevice device, VkPipeline pipeline, const struct report *report);
