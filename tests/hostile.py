"""What people, colleagues and lists can hold, and what must be shown as it is written."""

TEXTS = (
    '{0}', '{0.__class__}', '{}', '%s%n%x', '%(name)s', '${HOME}', '#{7*7}', '{{7*7}}', '{% raw %}', '<%= 7*7 %>',
    '{a{b}c}', '{{first name}}', '{first name', 'first name}', '\\{name\\}', "f'{x}'", '$(id)', '`id`',
    '; rm -rf /', '| cat', '*bold*', '**bold**', '_it_', '~~gone~~', '`code`', '# title', '> quote', '- item',
    '1. item', '[x](https://example.org)', '![x](https://example.org/x.png)', '<https://example.org>',
    'https://example.org', 'www.example.org', 'ann@example.org', '$x^2$', '$$\\frac{1}{2}$$', '\\(x\\)', ':smile:',
    ':material/home:', ':red[red]', ':blue-badge[x]', ':small[x]', 'a -> b', '<b>x</b>',
    '<script>alert(1)</script>', '<img src=https://example.org/x.png onerror=alert(1)>', '<!-- x -->', '&lt;b&gt;',
    '<svg/onload=alert(1)>', '<iframe src=https://example.org></iframe>', 'javascript:alert(1)', "' OR 1=1 --",
    '"; DROP TABLE x; --', '=1+1', '+1', '@SUM(A1)', '-1', '\u202eevil', 'a\u200bb', 'é é',
    '👩\u200d👩\u200d👧 🏳️\u200d🌈', 'ﷺ', 'Z̷͑a̷l̷g̷o̷', '𝔘𝔫𝔦', 'null', 'undefined', 'NaN', 'None', 'true', "x" * 110,
    '|a|b|', 'a\\', '---', '<%23>', '</textarea>', '{\u200b}', '｛name｝', '../../etc/passwd', '%0d%0aSet-Cookie: a',
)  # fmt: skip
