/** Regular expressions of formats. They match only texts that every validator accepts. */
const HEX = '[0-9A-Fa-f]';
const BYTE = '(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])';
const LABEL = '[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?';
const HOST = `${LABEL}(\\.${LABEL})*`;
const ATOM = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+";
const PATH = "([A-Za-z0-9._~!$&'()*+,;=:@/-]|%[0-9A-Fa-f]{2})";
const QUERY = "([A-Za-z0-9._~!$&'()*+,;=:@/?-]|%[0-9A-Fa-f]{2})*";
const TAIL = `(\\?${QUERY})?(#${QUERY})?`;
const AUTHORITY = `//${HOST}(:[0-9]{1,5})?(/${PATH}*)?`;

const YEAR = '[0-9]{4}';
/** Leap years: divisible by 4 but not by 100, or divisible by 400. */
const LEAP_YEAR = '([0-9]{2}(0[48]|[2468][048]|[13579][26])|([02468][048]|[13579][26])00)';
const DAY =
  `(${YEAR}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8]))` +
  `|${LEAP_YEAR}-02-29)`;
const CLOCK = '([01][0-9]|2[0-3]):[0-5][0-9]';
const MOMENT = `${CLOCK}:[0-5][0-9](\\.[0-9]{1,9})?(Z|[+-]${CLOCK})`;
const DAY_TIME = '([0-9]+H([0-9]+M([0-9]+S)?)?|[0-9]+M([0-9]+S)?|[0-9]+S)';
const DATES = '([0-9]+Y([0-9]+M([0-9]+D)?)?|[0-9]+M([0-9]+D)?|[0-9]+D)';

const FORMATS: Readonly<Record<string, string>> = {
  date: DAY,
  time: MOMENT,
  'date-time': `${DAY}T${MOMENT}`,
  duration: `P(${DATES}(T${DAY_TIME})?|T${DAY_TIME}|[0-9]+W)`,
  uuid: `${HEX}{8}-(${HEX}{4}-){3}${HEX}{12}`,
  email: `${ATOM}(\\.${ATOM})*@(${LABEL}\\.)+${LABEL}`,
  hostname: HOST,
  ipv4: `(${BYTE}\\.){3}${BYTE}`,
  ipv6: ipv6(),
  uri: `[A-Za-z][A-Za-z0-9+.-]*:(${AUTHORITY}|/?([A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2})${PATH}*)${TAIL}`,
  'uri-reference': `(${AUTHORITY}|/|/?([A-Za-z0-9._~-]|%[0-9A-Fa-f]{2})${PATH}*)?${TAIL}`,
  'json-pointer': '(/([^~/]|~[01])*)*',
};

/** Regular expression of a format; null for a format that does not restrict texts. */
export function formatPattern(format: string): string | null {
  // llama.cpp also has a format for each UUID version.
  const name = /^uuid[1-5]$/.test(format) ? 'uuid' : format;
  return Object.hasOwn(FORMATS, name) ? `^(${FORMATS[name]})$` : null;
}

/** Eight groups of digits, or fewer with `::` in place of zero groups. */
function ipv6(): string {
  const group = `${HEX}{1,4}`;
  const forms = [`(${group}:){7}${group}`, `(${group}:){1,7}:`];
  for (let n = 1; n <= 6; n++) forms.push(`(${group}:){1,${7 - n}}(:${group}){${n}}`);
  return `(${[...forms, `:((:${group}){1,7}|:)`].join('|')})`;
}
