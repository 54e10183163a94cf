// The few answers of Apple's kernel driver in Linux that Mesa's needs to compile shaders.
#include "device.h"
#include <errno.h>
#include <string.h>
#include "util/macros.h"
#if __has_include(<drm/asahi_drm.h>)
#include <drm/asahi_drm.h>

static int asahi_params(int fd, unsigned long r, void *arg) {
  struct drm_asahi_get_params *a = arg;
  if (a->param_group != 0) return -EINVAL;
  struct drm_asahi_params_global p = {
    .gpu_generation = gpu->id, .gpu_variant = gpu->eus_or_variant, .gpu_revision = 0x10, .chip_id = 0x8103, .num_dies = 1,
    .num_clusters_total = 1, .num_cores_per_cluster = gpu->cores, .max_frequency_khz = 1278000, .core_masks = {(1ull << gpu->cores) - 1},
    .vm_start = 0x4000, .vm_end = 0x7fffffffc000, .vm_kernel_min_size = 1ull << 36, .max_commands_per_submission = 64,
    .max_attachments = 16, .command_timestamp_frequency_hz = 24000000,
  };
  memcpy((void *)(uintptr_t)a->pointer, &p, MIN2(a->size, sizeof p));
  return 0;
}
static int asahi_create(int fd, unsigned long r, void *arg) {
  struct drm_asahi_gem_create *a = arg;
  return new_bo(fd, a->size, &a->handle);
}
static int asahi_offset(int fd, unsigned long r, void *arg) {
  struct drm_asahi_gem_mmap_offset *a = arg;
  return map_offset(fd, a->handle, &a->offset);
}
static int asahi_vm_create(int fd, unsigned long r, void *arg) {
  ((struct drm_asahi_vm_create *)arg)->vm_id = 1;
  return 0;
}
static int asahi_queue_create(int fd, unsigned long r, void *arg) {
  ((struct drm_asahi_queue_create *)arg)->queue_id = 1;
  return 0;
}
static ioctl_fn_t ASAHI_IOCTLS[] = {
  [DRM_ASAHI_GET_PARAMS] = asahi_params, [DRM_ASAHI_GET_TIME] = do_nothing, [DRM_ASAHI_VM_CREATE] = asahi_vm_create,
  [DRM_ASAHI_VM_DESTROY] = do_nothing, [DRM_ASAHI_VM_BIND] = do_nothing, [DRM_ASAHI_GEM_CREATE] = asahi_create,
  [DRM_ASAHI_GEM_MMAP_OFFSET] = asahi_offset, [DRM_ASAHI_GEM_BIND_OBJECT] = do_nothing,
  [DRM_ASAHI_QUEUE_CREATE] = asahi_queue_create, [DRM_ASAHI_QUEUE_DESTROY] = do_nothing, [DRM_ASAHI_SUBMIT] = do_nothing,
};

void asahi_driver_init(void) {
  shim_device.bus_type = DRM_BUS_PLATFORM;
  shim_device.driver_name = "asahi";
  shim_device.driver_ioctls = ASAHI_IOCTLS;
  shim_device.driver_ioctl_count = ARRAY_SIZE(ASAHI_IOCTLS);
  drm_shim_override_file("DRIVER=asahi\nOF_FULLNAME=/soc/agx\nOF_COMPATIBLE_0=apple,gpu-g13g\nOF_COMPATIBLE_N=1\n",
                         "/sys/dev/char/226:%d/device/uevent", render_node_minor);
}
#else
void asahi_driver_init(void) {}
#endif
