// A GPU that is not there: enough of a DRM render node for Mesa's Vulkan drivers to compile shaders.
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include "drm-shim/drm_shim.h"

enum kernel { AMDGPU, I915, ASAHI, NOUVEAU, MSM };

struct gpu {
  const char *name;
  enum kernel kernel;
  // Intel: PCI id; NVIDIA: chipset; Qualcomm: as Mesa's shim names it; Apple: generation. AMD: PCI id where Mesa's shim has
  // not that chip but one with as many registers, the base.
  unsigned id;
  // Intel: subslices, EUs per subslice, local memory or not. Apple: cores, variant. AMD: family, revision.
  unsigned cores, eus_or_variant;
  bool local;
  const char *base;
  unsigned ip;
};

// The one that SHIM_GPU names.
extern const struct gpu *gpu;

// buffers.c: answers that drivers of several kinds share.
int do_nothing(int fd, unsigned long request, void *arg);
int new_bo(int fd, uint64_t size, uint32_t *handle);
int map_offset(int fd, uint32_t handle, void *offset);

// One for each of the kernel's drivers; Mesa's own shim has nouveau's and msm's.
void amdgpu_driver_init(const char *base, unsigned device, unsigned family, unsigned revision, unsigned ip);
void i915_driver_init(void);
void asahi_driver_init(void);
void nouveau_driver_init(void);
void msm_driver_init(void);
