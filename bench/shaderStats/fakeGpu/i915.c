// The few answers of Intel's kernel driver that Mesa's needs to compile shaders.
#include "device.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <drm/i915_drm.h>
#include "util/macros.h"

static int i915_create(int fd, unsigned long r, void *arg) {
  struct drm_i915_gem_create *a = arg;
  return new_bo(fd, a->size, &a->handle);
}
static int i915_create_ext(int fd, unsigned long r, void *arg) {
  struct drm_i915_gem_create_ext *a = arg;
  return new_bo(fd, a->size, &a->handle);
}
static int i915_userptr(int fd, unsigned long r, void *arg) {
  struct drm_i915_gem_userptr *a = arg;
  return new_bo(fd, a->user_size, &a->handle);
}
static int i915_mmap_offset(int fd, unsigned long r, void *arg) {
  struct drm_i915_gem_mmap_offset *a = arg;
  return map_offset(fd, a->handle, &a->offset);
}
static int i915_context_create(int fd, unsigned long r, void *arg) {
  ((struct drm_i915_gem_context_create *)arg)->ctx_id = 1;
  return 0;
}
static int i915_context_getparam(int fd, unsigned long r, void *arg) {
  struct drm_i915_gem_context_param *a = arg;
  a->value = a->param == I915_CONTEXT_PARAM_GTT_SIZE ? 1ull << 48 : 0;
  return 0;
}
static int i915_vm_create(int fd, unsigned long r, void *arg) {
  ((struct drm_i915_gem_vm_control *)arg)->vm_id = 1;
  return 0;
}
static int i915_getparam(int fd, unsigned long r, void *arg) {
  drm_i915_getparam_t *a = arg;
  switch (a->param) {
    case I915_PARAM_CHIPSET_ID: *a->value = gpu->id; return 0;
    case I915_PARAM_REVISION: *a->value = 8; return 0;
    case I915_PARAM_CS_TIMESTAMP_FREQUENCY: *a->value = 19200000; return 0;
    case I915_PARAM_HAS_ALIASING_PPGTT: *a->value = I915_GEM_PPGTT_FULL; return 0;
    case I915_PARAM_NUM_FENCES_AVAIL: *a->value = 8; return 0;
    case I915_PARAM_CMD_PARSER_VERSION: *a->value = 10; return 0;
    case I915_PARAM_MMAP_VERSION: case I915_PARAM_MMAP_GTT_VERSION: *a->value = 4; return 0;
    case I915_PARAM_SLICE_MASK: *a->value = 1; return 0;
    case I915_PARAM_SUBSLICE_MASK: *a->value = (1u << MIN2(gpu->cores, 30)) - 1; return 0;
    case I915_PARAM_SUBSLICE_TOTAL: *a->value = gpu->cores; return 0;
    case I915_PARAM_EU_TOTAL: *a->value = gpu->cores * gpu->eus_or_variant; return 0;
    case I915_PARAM_PERF_REVISION: *a->value = 3; return 0;
    case I915_PARAM_HAS_USERPTR_PROBE: case I915_PARAM_HAS_BSD: case I915_PARAM_HAS_VEBOX: *a->value = 0; return 0;
    case I915_PARAM_HAS_LLC: *a->value = !gpu->local; return 0;
    default: *a->value = 1; return 0;
  }
}
static bool sized(struct drm_i915_query_item *item, int32_t size) {
  bool fits = item->length >= size;
  item->length = item->length == 0 || fits ? size : -EINVAL;
  if (fits) memset((void *)(uintptr_t)item->data_ptr, 0, size);
  return fits;
}
static int i915_query(int fd, unsigned long r, void *arg) {
  struct drm_i915_query *query = arg;
  struct drm_i915_query_item *items = (void *)(uintptr_t)query->items_ptr;
  for (uint32_t i = 0; i < query->num_items; i++) {
    struct drm_i915_query_item *item = &items[i];
    void *data = (void *)(uintptr_t)item->data_ptr;
    switch (item->query_id & 0xffff) {
      case DRM_I915_QUERY_TOPOLOGY_INFO:
      case DRM_I915_QUERY_GEOMETRY_SUBSLICES: {
        struct drm_i915_query_topology_info *t = data;
        unsigned stride = DIV_ROUND_UP(gpu->cores, 8), eu_stride = DIV_ROUND_UP(gpu->eus_or_variant, 8);
        if (!sized(item, sizeof *t + 1 + stride + gpu->cores * eu_stride)) break;
        t->max_slices = 1;
        t->max_subslices = gpu->cores;
        t->max_eus_per_subslice = gpu->eus_or_variant;
        t->subslice_offset = 1;
        t->subslice_stride = stride;
        t->eu_offset = 1 + stride;
        t->eu_stride = eu_stride;
        t->data[0] = 1;
        for (unsigned s = 0; s < gpu->cores; s++) t->data[1 + s / 8] |= 1 << s % 8;
        memset(t->data + t->eu_offset, 0xff, gpu->cores * eu_stride);
        break;
      }
      case DRM_I915_QUERY_ENGINE_INFO: {
        struct drm_i915_query_engine_info *e = data;
        if (!sized(item, sizeof *e + 2 * sizeof e->engines[0])) break;
        e->num_engines = 2;
        e->engines[0].engine.engine_class = I915_ENGINE_CLASS_RENDER;
        e->engines[1].engine.engine_class = I915_ENGINE_CLASS_COPY;
        break;
      }
      case DRM_I915_QUERY_MEMORY_REGIONS: {
        struct drm_i915_query_memory_regions *m = data;
        int n = gpu->local ? 2 : 1;
        if (!sized(item, sizeof *m + n * sizeof m->regions[0])) break;
        m->num_regions = n;
        for (int j = 0; j < n; j++) {
          m->regions[j].region.memory_class = j ? I915_MEMORY_CLASS_DEVICE : I915_MEMORY_CLASS_SYSTEM;
          m->regions[j].probed_size = m->regions[j].unallocated_size = 16ull << 30;
          m->regions[j].probed_cpu_visible_size = m->regions[j].unallocated_cpu_visible_size = 16ull << 30;
        }
        break;
      }
      default: item->length = -EINVAL;
    }
  }
  return 0;
}
static int i915_aperture(int fd, unsigned long r, void *arg) {
  struct drm_i915_gem_get_aperture *a = arg;
  a->aper_size = a->aper_available_size = 1ull << 48;
  return 0;
}
static ioctl_fn_t I915_IOCTLS[] = {
  [DRM_I915_GETPARAM] = i915_getparam, [DRM_I915_QUERY] = i915_query, [DRM_I915_GET_RESET_STATS] = do_nothing,
  [DRM_I915_GEM_CREATE] = i915_create, [DRM_I915_GEM_CREATE_EXT] = i915_create_ext, [DRM_I915_GEM_USERPTR] = i915_userptr,
  [DRM_I915_GEM_MMAP_GTT] = i915_mmap_offset, [DRM_I915_GEM_CONTEXT_CREATE] = i915_context_create,
  [DRM_I915_GEM_CONTEXT_DESTROY] = do_nothing, [DRM_I915_GEM_CONTEXT_GETPARAM] = i915_context_getparam,
  [DRM_I915_GEM_CONTEXT_SETPARAM] = do_nothing, [DRM_I915_GEM_VM_CREATE] = i915_vm_create, [DRM_I915_GEM_VM_DESTROY] = do_nothing,
  [DRM_I915_GEM_EXECBUFFER2] = do_nothing, [DRM_I915_GEM_GET_APERTURE] = i915_aperture, [DRM_I915_REG_READ] = do_nothing,
  [DRM_I915_GEM_SET_DOMAIN] = do_nothing, [DRM_I915_GEM_SET_CACHING] = do_nothing, [DRM_I915_GEM_GET_CACHING] = do_nothing,
  [DRM_I915_GEM_SET_TILING] = do_nothing, [DRM_I915_GEM_GET_TILING] = do_nothing, [DRM_I915_GEM_MADVISE] = do_nothing,
  [DRM_I915_GEM_WAIT] = do_nothing, [DRM_I915_GEM_BUSY] = do_nothing,
};

static void pci(void) {
  const char *at[] = {"/sys/dev/char/226:%d/device", "/sys/devices/pci0000:00/0000:00:02.0"};
  char text[256];
  snprintf(text, sizeof text, "DRIVER=i915\nPCI_CLASS=30000\nPCI_ID=8086:%X\nPCI_SUBSYS_ID=1028:075B\nPCI_SLOT_NAME=0000:00:02.0\n", gpu->id);
  drm_shim_override_file(text, "/sys/dev/char/226:%d/device/uevent", render_node_minor);
  snprintf(text, sizeof text, "0x%x\n", gpu->id);
  for (int i = 0; i < 2; i++) {
    char dir[128];
    snprintf(dir, sizeof dir, at[i], render_node_minor);
    drm_shim_override_file("0x8086\n", "%s/vendor", dir);
    drm_shim_override_file(text, "%s/device", dir);
    if (i == 0) drm_shim_override_file("0x8\n", "%s/revision", dir); // There is room for ten files.
    drm_shim_override_file("0x1028\n", "%s/subsystem_vendor", dir);
    drm_shim_override_file("0x075b\n", "%s/subsystem_device", dir);
  }
}

void i915_driver_init(void) {
  shim_device.bus_type = DRM_BUS_PCI;
  shim_device.driver_name = "i915";
  shim_device.driver_ioctls = I915_IOCTLS;
  shim_device.driver_ioctl_count = ARRAY_SIZE(I915_IOCTLS);
  pci();
}
