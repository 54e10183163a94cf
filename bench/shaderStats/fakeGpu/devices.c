// The GPUs that can be pretended. Preloaded, this library answers the calls of Mesa's Vulkan drivers to the kernel. It builds on
// Mesa's own drm-shim (src/drm-shim), with its amdgpu, nouveau and msm devices. The compilers go by the device's id; sizes here
// (cores, memory) hardly matter to them.
// Environment: SHIM_GPU, one of GPUS.
#include "device.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <drm/msm_drm.h>
#include "util/macros.h"

bool drm_shim_driver_prefers_first_render_node = true;

static const struct gpu GPUS[] = {
  {"polaris10", AMDGPU}, {"vega10", AMDGPU}, {"renoir", AMDGPU}, {"navi10", AMDGPU}, {"navi21", AMDGPU}, {"vangogh", AMDGPU},
  {"navi31", AMDGPU}, {"gfx1150", AMDGPU}, {"navi33", AMDGPU, 0x7480, 145, 0x10, false, "gfx1150", 0xb0002},
  {"gfx1103", AMDGPU, 0x15bf, 148, 0x01, false, "gfx1150", 0xb0001}, {"gfx1151", AMDGPU, 0x1586, 150, 0xc1, false, "navi31", 0xb0501},
  {"gfx1201", AMDGPU, 0x7550, 152, 0x50, false, "navi31", 0xc0001},
  {"kbl", I915, 0x5916, 3, 8}, {"icl", I915, 0x8a52, 8, 8}, {"tgl", I915, 0x9a49, 6, 16}, {"adl", I915, 0x46a6, 6, 16},
  {"dg2", I915, 0x56a0, 32, 16, true}, {"mtl", I915, 0x7d55, 8, 16}, {"lnl", I915, 0x64a0, 8, 8}, {"bmg", I915, 0xe20b, 20, 8, true},
  {"m1", ASAHI, 13, 8, 'G'}, {"m2", ASAHI, 14, 10, 'G'}, {"m1max", ASAHI, 13, 32, 'C'},
  {"pascal", NOUVEAU, 0x134}, {"turing", NOUVEAU, 0x162}, {"ampere", NOUVEAU, 0x172}, {"ada", NOUVEAU, 0x192}, {"blackwell", NOUVEAU, 0x1b2},
  {"a660", MSM, 660}, {"a730", MSM, 730}, {"a740", MSM, 740}, {"a750", MSM, 750},
};
const struct gpu *gpu;

// Refuses the newer way to bind memory, which Mesa's device lacks.
static int msm_set_param(int fd, unsigned long r, void *arg) {
  return ((struct drm_msm_param *)arg)->param == 0x16 /* MSM_PARAM_EN_VM_BIND */ ? -EINVAL : 0;
}

void drm_shim_driver_init(void) {
  const char *name = getenv("SHIM_GPU");
  for (unsigned i = 0; i < ARRAY_SIZE(GPUS); i++) if (name && !strcmp(GPUS[i].name, name)) gpu = &GPUS[i];
  if (!gpu) { fprintf(stderr, "fakeGpu: SHIM_GPU is not one of those that are known\n"); exit(2); }
  char id[16];
  switch (gpu->kernel) {
    case AMDGPU:
      amdgpu_driver_init(gpu->base ? gpu->base : gpu->name, gpu->id, gpu->cores, gpu->eus_or_variant, gpu->ip);
      break;
    case I915:
      i915_driver_init();
      break;
    case ASAHI:
      asahi_driver_init();
      break;
    case NOUVEAU:
      snprintf(id, sizeof id, "%x", gpu->id);
      setenv("NOUVEAU_CHIPSET", id, 1);
      nouveau_driver_init();
      break;
    case MSM:
      snprintf(id, sizeof id, "%u", gpu->id);
      setenv("FD_GPU_ID", id, 1);
      msm_driver_init();
      shim_device.driver_ioctls[DRM_MSM_SET_PARAM] = msm_set_param;
      break;
  }
}
