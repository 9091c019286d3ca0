import { useState } from 'preact/hooks';

/** Names with values, one a line: `name: value`. */
export function Pairs(props: {
  label: string;
  hint?: string;
  value: Readonly<Record<string, string>>;
  onChange: (value: Record<string, string>) => void;
}) {
  const written = Object.entries(props.value)
    .map(([name, value]) => `${name}: ${value}`)
    .join('\n');
  const [typed, setTyped] = useState(written);
  // What is typed stays as it is while it means the value; another value from outside replaces it.
  const text = JSON.stringify(parsePairs(typed)) === JSON.stringify(props.value) ? typed : written;
  return (
    <label class="field">
      <span>{props.label}</span>
      <textarea
        rows={Math.max(2, text.split('\n').length)}
        spellcheck={false}
        placeholder="name: value"
        value={text}
        onInput={(event) => {
          setTyped(event.currentTarget.value);
          props.onChange(parsePairs(event.currentTarget.value));
        }}
      />
      {props.hint && <span class="hint">{props.hint}</span>}
    </label>
  );
}

function parsePairs(text: string): Record<string, string> {
  return Object.fromEntries(
    text.split('\n').flatMap((line) => {
      const at = line.indexOf(':');
      return at < 1 ? [] : [[line.slice(0, at).trim(), line.slice(at + 1).trim()]];
    }),
  );
}
