/** Tells the test what a handler saw. */
export async function report(seen: object): Promise<void> {
  await fetch(process.env.REPORT_URL!, { method: 'POST', body: JSON.stringify(seen) });
}
