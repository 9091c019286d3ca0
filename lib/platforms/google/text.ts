/**
 * Text of the user's as Terraform reads it: `${` and `%{` in it mean themselves, but for late values of cdktf. An app that works on
 * one target must not become an expression on another.
 */
export function plainText(text: string): string {
  return text.replace(/\$\{(?!TfToken\[)/g, '$$$${').replaceAll('%{', '%%{');
}

/** An expression that gives the base64 of a text, in which late values are filled in before. The rest of it means itself. */
export function base64Of(text: string): string {
  return `\${base64encode("${plainText(text).replace(/[\\"]/g, '\\$&')}")}`;
}
