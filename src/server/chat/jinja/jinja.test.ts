import { describe, expect, it } from 'vitest';
import { parseTemplate } from './program.ts';
import { run } from './run.ts';

const VARIABLES = {
  user: { name: 'Ann', age: 3 },
  list: [1, 2, 3],
  html: '<a href="x">\'&</a>',
  two: 2,
  nothing: null,
  turns: [
    { role: 'user', text: ' a ', n: 1 },
    { role: 'bot', text: 'b', n: 2 },
    { role: 'user', text: 'c' },
  ],
};

const render = (template: string) => run(parseTemplate(template), VARIABLES);

/** Templates with the output of Jinja2 3.1.6 under the settings of Transformers. */
const TABLE: Readonly<Record<string, readonly (readonly [template: string, text: string])[]>> = {
  'prints a value as Python does': [
    ['{{ true }} {{ false }} {{ none }}', 'True False None'],
    ['{{ True }} {{ None }}', 'True None'],
    ['{{ [1, none] }}', '[1, None]'],
    ["{{ [true, 'a', 1.0] }}", "[True, 'a', 1.0]"],
    ["{{ {'a': 1, 'b': [false]} }}", "{'a': 1, 'b': [False]}"],
    ["{{ ['it\\'s', 'say \"x\"', 'both \\' and \"'] }}", "[\"it's\", 'say \"x\"', 'both \\' and \"']"],
    ["{{ ['\\n', '\\\\', 'é'] }}", "['\\n', '\\\\', 'é']"],
    ['{{ (1, none) }} {{ user }}', "(1, None) {'name': 'Ann', 'age': 3}"],
    ['{{ missing }}|{{ [missing] }}', '|[Undefined]'],
    ['{{ 1.0 }} {{ 4 / 2 }} {{ 0.5 }}', '1.0 2.0 0.5'],
    ["{{ 'a' ~ none ~ true ~ 1 }}", 'aNoneTrue1'],
    ["{{ [1, none, true] | join('|') }}", '1|None|True'],
    ['{{ true | string }} {{ none | string }}', 'True None'],
    ['{% set x %}{{ true }}{% endset %}{{ x }}', 'True'],
    ['{% if true %}{{ none }}{% endif %}{% for i in [none] %}{{ i }}{% endfor %}', 'NoneNone'],
    ['{% macro m(a) %}[{{ a }}]{% endmacro %}{{ m(true) }}', '[True]'],
    ['{{ true | tojson }} {{ [none] | tojson }}', 'true [null]'],
  ],
  sums: [
    ['{{ list | sum }}', '6'],
    ['{{ [] | sum }}', '0'],
    ['{{ [1, 2.5] | sum }}', '3.5'],
    ['{{ [0.5, 0.5] | sum }}', '1.0'],
    ['{{ list | sum(start=10) }}', '16'],
    ["{{ turns[:2] | sum(attribute='n') }}", '3'],
    ["{{ turns[:2] | sum('n', 5) }}", '8'],
    ["{{ [{'a': {'b': 3}}] | sum('a.b') }}", '3'],
    ['{{ [true, true] | sum }}', '2'],
    ['{{ (1, 2) | sum }}', '3'],
  ],
  'has the filter attr': [
    ["{{ namespace(a=1) | attr('a') }}", '1'],
    ["{{ namespace(a=none) | attr('a') }}", 'None'],
    ["{{ user | attr('items') is callable }}", 'True'],
    ["{{ user | attr('missing') is defined }}", 'False'],
    ["{{ 'x' | attr('upper') is callable }}", 'True'],
    ["{{ list | attr('missing') is defined }}", 'False'],
    ["{{ 5 | attr('x') is defined }}", 'False'],
    ["{{ (namespace(a=2) | attr('a')) + 1 }}", '3'],
    ["{% for x in [namespace(a=1)] %}{{ x | attr('a') }}{% endfor %}", '1'],
    ["{{ namespace(a=namespace(b=3)) | attr('a') | attr('b') }}", '3'],
  ],
  escapes: [
    ['{{ html | escape }}', '&lt;a href=&#34;x&#34;&gt;&#39;&amp;&lt;/a&gt;'],
    ['{{ html | e }}', '&lt;a href=&#34;x&#34;&gt;&#39;&amp;&lt;/a&gt;'],
    ['{{ html | forceescape }}', '&lt;a href=&#34;x&#34;&gt;&#39;&amp;&lt;/a&gt;'],
    ['{{ 5 | e }}', '5'],
    ['{{ none | e }}', 'None'],
    ['{{ true | e }}', 'True'],
    ['{{ missing | e }}|', '|'],
    ["{{ ['<'] | e }}", '[&#39;&lt;&#39;]'],
    ['{% filter escape %}<b>{% endfilter %}', '&lt;b&gt;'],
    ["{{ '&amp;' | e }}", '&amp;amp;'],
    ["{{ 'plain' | e }}", 'plain'],
  ],
  formats: [
    ["{{ '%s is %d' | format('a', 3) }}", 'a is 3'],
    ["{{ '%5.2f|%-5s|%05d' | format(3.14159, 'ab', 42) }}", ' 3.14|ab   |00042'],
    ["{{ '%x %X %o' | format(255, 255, 8) }}", 'ff FF 10'],
    ["{{ '%e %g %g %g' | format(12345.678, 0.00001, 1234567, 0.5) }}", '1.234568e+04 1e-05 1.23457e+06 0.5'],
    ["{{ '%(a)s-%(b)03d' | format(a='x', b=7) }}", 'x-007'],
    ["{{ '%d%%' | format(50) }}", '50%'],
    ["{{ '%s %r' | format(none, 'q') }}", "None 'q'"],
    ["{{ '%+d % d' | format(5, 5) }}", '+5  5'],
    ["{{ '%.3s' | format('abcdef') }}", 'abc'],
    ["{{ '%c%c' | format('z', 65) }}", 'zA'],
    ["{{ '%i' | format(3.9) }}", '3'],
    ["{{ '%s' % two }}", '2'],
    ["{{ '%s %s' % (1, true) }}", '1 True'],
  ],
  maps: [
    ["{{ [' a ', 'b '] | map('trim') | list }}", "['a', 'b']"],
    ["{{ ['a', 'b'] | map('upper') | join }}", 'AB'],
    ["{{ ['a,b', 'c'] | map('replace', ',', ';') | list }}", "['a;b', 'c']"],
    ["{{ [1, none] | map('string') | list }}", "['1', 'None']"],
    ["{{ [['a'], []] | map('length') | list }}", '[1, 0]'],
    ["{{ [1.5, 2.5] | map('round') | list }}", '[2.0, 2.0]'],
    ["{{ [{'a': 1}] | map('tojson') | join }}", '{"a": 1}'],
    ["{{ turns | map(attribute='role') | join(',') }}", 'user,bot,user'],
    ["{{ turns | map(attribute='n', default=0) | list }}", '[1, 2, 0]'],
    ["{{ ['x', missing] | map('default', 'y') | list }}", "['x', 'y']"],
    ["{{ ['3', '4'] | map('int') | sum }}", '7'],
    ["{{ ['<'] | map('e') | first }}", '&lt;'],
    ["{{ none | map('trim') | list }}", '[]'],
  ],
  chooses: [
    ["{{ list | select('odd') | list }}", '[1, 3]'],
    ["{{ list | reject('odd') | list }}", '[2]'],
    ["{{ [0, 1, ''] | select | list }}", '[1]'],
    ["{{ list | select('gt', 1) | list }}", '[2, 3]'],
    ["{{ list | select('in', [1, 3]) | list }}", '[1, 3]'],
    ["{{ turns | selectattr('role', 'equalto', 'user') | map(attribute='text') | list }}", "[' a ', 'c']"],
    ["{{ turns | rejectattr('role', 'eq', 'user') | list | count }}", '1'],
    ["{{ turns | selectattr('n') | list | count }}", '2'],
    ["{{ turns | selectattr('n', 'undefined') | list | count }}", '1'],
    ["{{ turns | selectattr('role', 'in', ['bot']) | list | count }}", '1'],
    ["{{ none | selectattr('a') | list | length }}", '0'],
  ],
  'has the function dict': [
    ['{{ dict() }}', '{}'],
    ["{{ dict(a=1, b='c') }}", "{'a': 1, 'b': 'c'}"],
    ["{{ dict({'a': 1}, b=2) }}", "{'a': 1, 'b': 2}"],
    ["{{ dict([['k', 1], ['l', 2]]) }}", "{'k': 1, 'l': 2}"],
    ["{{ dict([('k', 1)]) }}", "{'k': 1}"],
    ['{{ dict(a=1).a }}', '1'],
    ["{{ dict(a=1)['a'] }}", '1'],
    ['{{ dict(user, age=4) }}', "{'name': 'Ann', 'age': 4}"],
    ['{{ dict(a=1) is mapping }}', 'True'],
    ['{% for k, v in dict(a=1, b=2).items() %}{{ k }}{{ v }}{% endfor %}', 'a1b2'],
    ['{{ dict(a=true) | tojson }}', '{"a": true}'],
  ],
  tests: [
    ["{{ 1.5 is float }} {{ 1 is float }} {{ '1.5' is float }}", 'True False False'],
    ['{{ two is not float }} {{ (4 / 2) is float }}', 'True True'],
    ['{{ 6 is divisibleby 3 }} {{ 6 is divisibleby(4) }}', 'True False'],
    ['{{ 6 is not divisibleby 4 }}', 'True'],
    ['{{ two is eq 2 }} {{ two is ne(2) }} {{ two is lt 3 and true }}', 'True False True'],
    ['{{ two is in [1, 2] }} {{ two is in list }} {{ two is not in [5] }}', 'True True True'],
    ['{{ none is sameas none }} {{ two is sameas 2 }}', 'True True'],
    [
      "{{ user is iterable }} {{ 'a' is iterable }} {{ 5 is iterable }} {{ (1, 2) is iterable }}",
      'True True False True',
    ],
    ["{{ 'y' if user.name is string else 'n' }}", 'y'],
    ['{{ missing is defined }} {{ missing is not defined and two is defined }}', 'False True'],
    ["{{ user.name is eq user['name'] }}", 'True'],
  ],
  'compares in chains': [
    ['{{ 1 < 2 < 3 }} {{ 1 < 3 < 2 }}', 'True False'],
    ['{{ 1 < two < 3 }} {{ 3 > two > 2 }}', 'True False'],
    ['{{ 1 < 2 > 1 }}', 'True'],
    ['{{ 2 == 2 == 2 }} {{ 2 == 2 == 1 }}', 'True False'],
    ['{{ (2 == 2) == true }} {{ ((1 < 2)) == true }}', 'True True'],
    ['{{ (1 in [1]) == true }}', 'True'],
    ['{{ 1 < 3 < 2 < 5 }}', 'False'],
    ['{{ not 1 < 2 < 3 }}', 'False'],
    ['{{ 1 <= two <= 2 and 0 < two }}', 'True'],
    ['{{ (1 < two) < 2 }}', 'True'],
    ["{{ 'a' < 'b' < 'c' }}", 'True'],
    ["{{ 'yes' if 1 < two < 3 else 'no' }}", 'yes'],
    ['{{ dict(a=1 < 2 < 3) }} {{ [1 < 2 < 3, 2 < 1 < 3] }}', "{'a': True} [True, False]"],
    ['{% if 1 < two < 3 %}in{% endif %}', 'in'],
    ['{% for i in list if 1 < i < 3 %}{{ i }}{% endfor %}', '2'],
    ['{{ 3 == 3 in [3] }}', 'True'],
  ],
  'compares as Python does': [
    ["{{ '1' == 1 }} {{ 1 == 1.0 }} {{ 1 == true }}", 'False True True'],
    ["{{ [1] == [1] }} {{ {'a': [1]} == {'a': [1]} }}", 'True True'],
    ['{{ none == missing }} {{ none == none }}', 'False True'],
    ["{{ [1, 2] in [[1, 2]] }} {{ none in ['a'] }}", 'True False'],
    ["{{ 'a' in {'a': 1} }} {{ 'z' not in user }}", 'True True'],
    ['{{ 1 in missing }}', 'False'],
    ['{{ -7 % 3 }} {{ 7 % -3 }} {{ 7.5 % 2 }}', '2 -2 1.5'],
    ['{{ [1] < [1, 2] }} {{ [2] > [1, 5] }}', 'True True'],
    ["{{ 'a' != 'b' }} {{ 'B' < 'a' }}", 'True True'],
    ['{{ two > 1.5 }} {{ true < 2 }}', 'True True'],
  ],
  'leaves raw blocks alone': [
    ['{% raw %}{{ not }} {% if %} {# x #}{% endraw %}', '{{ not }} {% if %} {# x #}'],
    ['a {% raw %} b {% endraw %} c', 'a  b  c'],
    ['a{%- raw -%}  {{ x }}  {%- endraw -%}  b', 'a{{ x }}b'],
    ['  {% raw %}\n  {{ y }}\n  {% endraw %}\n  end', '\n  {{ y }}\n  end'],
    ['{% raw %}{% endraw %}|', '|'],
    ['{% raw %}\'"\\ é {% endraw %}', '\'"\\ é '],
    ['{% raw %}\n{% endraw %}\nx', '\nx'],
    ['{# {% raw %} #}{{ two }}{# {% endraw %} #}', '2'],
    ['{% raw %}{{ a }}{% endraw %}{{ two }}{% raw %}{{ b }}{% endraw %}', '{{ a }}2{{ b }}'],
    ['  {% raw -%}  \n x {{ a }}\n  {%- endraw %}\nz', 'x {{ a }}z'],
  ],
  'loops over whatever has items': [
    ['{% for x in missing %}{{ x }}{% else %}none{% endfor %}', 'none'],
    ["{% for c in 'ab' %}{{ c }},{% endfor %}", 'a,b,'],
    ['{% for a, b in [(1, 2), [3, 4]] %}{{ a }}{{ b }}{% endfor %}', '1234'],
    ['{% for k in user %}{{ k }}{% endfor %}', 'nameage'],
    ['{% for k, v in user | dictsort %}{{ k }}{{ v }}{% endfor %}', 'age3nameAnn'],
    ["{% for k, v in {16: 'b', 8: 'a'} | dictsort %}{{ k }}{{ v }}{% endfor %}", '8a16b'],
    ["{% set d = {512: 'x'} %}{{ d[512] }}{{ d }}", "x{512: 'x'}"],
    ['{% for k, v in {512: 1}.items() %}{{ k < 600 }}{% endfor %}', 'True'],
    ['{% for i in range(5, 0, -2) %}{{ i }}{% endfor %}', '531'],
    ['{% for m in turns if m.n is defined and m.n > 1 %}{{ m.text }}{% endfor %}', 'b'],
  ],
  'has the filters': [
    ["{{ 'xxaxx' | trim('x') }} {{ ' a ' | trim }}", 'a a'],
    ["{{ 'hELLO' | capitalize }}", 'Hello'],
    ["{{ none | default('z') }} {{ missing | default('z') }} {{ '' | d('z', true) }}", 'None z z'],
    ["{{ list | max }} {{ ['b', 'A'] | min }}", '3 A'],
    ["{{ turns[:2] | max(attribute='n') }}", "{'role': 'bot', 'text': 'b', 'n': 2}"],
    [
      "{{ 2.5 | round }} {{ 1.25 | round(1) }} {{ 1.21 | round(1, 'ceil') }} {{ 7 | round }}",
      '2.0 1.2 1.3 7',
    ],
    ["{{ 'ab' | list }} {{ user | list }}", "['a', 'b'] ['name', 'age']"],
    ["{{ missing | length }} {{ 'abc' | count }}", '0 3'],
    ["{{ 'abc' | join('-') }}", 'a-b-c'],
    ["{{ [{'a': 1}, {'a': 2}] | join(', ', attribute='a') }}", '1, 2'],
    ['{{ 5 | upper }}', '5'],
  ],
};

describe('a template', () => {
  for (const [what, rows] of Object.entries(TABLE)) {
    it.each(rows)(`${what}: %j`, (template, text) => {
      expect(render(template)).toBe(text);
    });
  }

  it.each([
    ["{{ raise_exception('no ' ~ 5) }}", 'no 5'],
    ["{{ 'a' | no_such }}", 'no_such'],
    ["{{ 'a' is no_such }}", 'no_such'],
    ["{{ 'a' + 5 }}", 'StringValue + IntegerValue'],
    ["{{ 'a' < 5 }}", 'have no order'],
    ["{{ ['a'] | sum }}", 'sum needs numbers'],
    ["{{ '%s' | format }}", 'no value for %s'],
    ["{{ 'a' | format(1) }}", '1 values for 0 directives'],
    ["{{ '%d' | format('x') }}", '%d needs a number'],
    ['{% for x in none %}{% endfor %}', 'NullValue is not iterable'],
    ['{% for x in range(1000000) %}{% endfor %}', 'longer than 100000'],
    ['{{ list | map }}', 'map needs'],
  ])('an operation without meaning throws: %s', (template, message) => {
    expect(() => render(template)).toThrow(message);
  });

  it.each(['{% raw %}', '{{ x is }}', '{{ 1 < }}', '{% for %}', '{{ (1 < 2 }}', '{{ }}', '{{ a is not }}'])(
    'malformed source throws: %s',
    template => {
      expect(() => parseTemplate(template)).toThrow();
    },
  );

  it('strftime_now formats the date', () => {
    const year = new Date().getFullYear();
    expect(render("{{ strftime_now('%Y-%m-%d %% %Q') }}")).toMatch(
      new RegExp(`^${year}-\\d\\d-\\d\\d % %Q$`),
    );
    expect(render("{{ strftime_now('%d %B %Y') }}")).toMatch(/^\d\d [A-Z][a-z]+ \d{4}$/);
  });

  it('a macro receives arguments that only a filter reads', () => {
    expect(
      render('{% macro k() %}{{ kwargs | length }}{{ varargs | join }}{% endmacro %}{{ k(1, 2, c=3) }}'),
    ).toBe('112');
  });

  it('a variable may have the name of a function', () => {
    expect(run(parseTemplate('{{ range }}{{ namespace }}'), { range: 1, namespace: 'n' })).toBe('1n');
  });
});
