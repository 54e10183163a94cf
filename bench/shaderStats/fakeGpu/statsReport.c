#include "statsReport.h"
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int pipelines_made;

static void put_string(FILE *f, const char *s) {
  fputc('"', f);
  for (; *s; s++) {
    if (*s == '"' || *s == '\\') fputc('\\', f);
    if ((unsigned char)*s >= ' ') fputc(*s, f);
  }
  fputc('"', f);
}

static void save(const char *name, const void *data, size_t size) {
  FILE *f = fopen(name, "wb");
  if (!f) return;
  fwrite(data, 1, size, f);
  fclose(f);
}

void report_pipeline(VkDevice device, VkPipeline pipeline, const struct report *report) {
  const char *to = getenv("STATS_OUT");
  FILE *f = to ? fopen(to, "a") : NULL;
  if (!f) return;
  int wants_ir = getenv("STATS_IR") != NULL, n = pipelines_made++;
  char name[4096];
  snprintf(name, sizeof name, "%s.%d.spv", to, n);
  if (wants_ir) save(name, report->spirv, report->spirv_bytes);
  fprintf(f, "{\"index\":%d,\"ms\":%.2f,\"spirvBytes\":%zu,\"executables\":[", n, report->ms, report->spirv_bytes);
  PFN_vkGetPipelineExecutablePropertiesKHR props = (void *)report->proc(device, "vkGetPipelineExecutablePropertiesKHR");
  PFN_vkGetPipelineExecutableStatisticsKHR stats = (void *)report->proc(device, "vkGetPipelineExecutableStatisticsKHR");
  PFN_vkGetPipelineExecutableInternalRepresentationsKHR irs = (void *)report->proc(device, "vkGetPipelineExecutableInternalRepresentationsKHR");
  uint32_t count = 0;
  VkPipelineInfoKHR of = {VK_STRUCTURE_TYPE_PIPELINE_INFO_KHR, NULL, pipeline};
  if (report->has_executables && props && props(device, &of, &count, NULL) == VK_SUCCESS && count) {
    VkPipelineExecutablePropertiesKHR *p = calloc(count, sizeof *p);
    for (uint32_t i = 0; i < count; i++) p[i].sType = VK_STRUCTURE_TYPE_PIPELINE_EXECUTABLE_PROPERTIES_KHR;
    props(device, &of, &count, p);
    for (uint32_t i = 0; i < count; i++) {
      fprintf(f, "%s{\"name\":", i ? "," : "");
      put_string(f, p[i].name);
      fprintf(f, ",\"subgroupSize\":%u,\"statistics\":{", p[i].subgroupSize);
      VkPipelineExecutableInfoKHR which = {VK_STRUCTURE_TYPE_PIPELINE_EXECUTABLE_INFO_KHR, NULL, pipeline, i};
      uint32_t m = 0;
      stats(device, &which, &m, NULL);
      VkPipelineExecutableStatisticKHR *s = calloc(m ? m : 1, sizeof *s);
      for (uint32_t j = 0; j < m; j++) s[j].sType = VK_STRUCTURE_TYPE_PIPELINE_EXECUTABLE_STATISTIC_KHR;
      stats(device, &which, &m, s);
      for (uint32_t j = 0; j < m; j++) {
        fprintf(f, "%s", j ? "," : "");
        put_string(f, s[j].name);
        switch (s[j].format) {
          case VK_PIPELINE_EXECUTABLE_STATISTIC_FORMAT_BOOL32_KHR: fprintf(f, ":%s", s[j].value.b32 ? "true" : "false"); break;
          case VK_PIPELINE_EXECUTABLE_STATISTIC_FORMAT_INT64_KHR: fprintf(f, ":%lld", (long long)s[j].value.i64); break;
          case VK_PIPELINE_EXECUTABLE_STATISTIC_FORMAT_UINT64_KHR: fprintf(f, ":%llu", (unsigned long long)s[j].value.u64); break;
          default: fprintf(f, ":%g", s[j].value.f64);
        }
      }
      free(s);
      fprintf(f, "},\"representations\":[");
      m = 0;
      if (wants_ir && irs && irs(device, &which, &m, NULL) == VK_SUCCESS) {
        VkPipelineExecutableInternalRepresentationKHR *r = calloc(m ? m : 1, sizeof *r);
        for (uint32_t j = 0; j < m; j++) r[j].sType = VK_STRUCTURE_TYPE_PIPELINE_EXECUTABLE_INTERNAL_REPRESENTATION_KHR;
        irs(device, &which, &m, r);
        for (uint32_t j = 0; j < m; j++) r[j].pData = malloc(r[j].dataSize + 1);
        irs(device, &which, &m, r);
        for (uint32_t j = 0; j < m; j++) {
          size_t size = r[j].isText && r[j].dataSize ? strnlen(r[j].pData, r[j].dataSize) : r[j].dataSize;
          snprintf(name, sizeof name, "%s.%d.%u.%u.txt", to, n, i, j);
          save(name, r[j].pData, size);
          fprintf(f, "%s{\"name\":", j ? "," : "");
          put_string(f, r[j].name);
          fprintf(f, ",\"file\":");
          put_string(f, name);
          fprintf(f, "}");
          free(r[j].pData);
        }
        free(r);
      }
      fprintf(f, "]}");
    }
    free(p);
  }
  fprintf(f, "]}\n");
  fclose(f);
}
