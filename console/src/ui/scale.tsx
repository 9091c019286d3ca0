/** Head of a column that is drawn to scale: what stands at its quarters. */
export function ScaleHead({ label, text }: { label: string; text: (share: number) => string }) {
  return (
    <th scope="col" class="scale">
      <span class="visually-hidden">{label}</span>
      <span aria-hidden="true">
        {[0, 0.25, 0.5, 0.75].map((share) => (
          <span key={share} style={{ left: `${share * 100}%` }}>
            {text(share)}
          </span>
        ))}
      </span>
    </th>
  );
}
