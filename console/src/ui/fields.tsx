/** A line of text under its name. */
export function TextField(props: {
  label: string;
  value: string;
  onChange: (value: string) => void;
  placeholder?: string;
  hint?: string;
  /** Code, in letters of one width, that no dictionary knows. */
  code?: boolean;
}) {
  return (
    <label class="field">
      <span>{props.label}</span>
      <input
        type="text"
        class={props.code ? 'mono' : undefined}
        spellcheck={!props.code}
        placeholder={props.placeholder}
        value={props.value}
        onInput={(event) => props.onChange(event.currentTarget.value)}
      />
      {props.hint && <span class="hint">{props.hint}</span>}
    </label>
  );
}

/** One of a few, under its name. */
export function SelectField<T extends string | number>(props: {
  label: string;
  value: T;
  options: readonly (readonly [value: T, text: string])[];
  onChange: (value: T) => void;
}) {
  return (
    <label class="field">
      <span>{props.label}</span>
      <select value={props.value} onChange={(event) => props.onChange(props.options[event.currentTarget.selectedIndex]![0])}>
        {props.options.map(([value, text]) => (
          <option key={value} value={value}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}
