/** Relative links of Markdown pages. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';

const LINK = /\[[^\]]*\]\(([^)\s]+)(?: "[^"]*")?\)/g;
const CODE = /^( *)```.*?^ *```$|`[^`\n]*`/gms;

/** Links of a page that lead nowhere: no such file, or no such heading in it. */
export function deadLinks(root: string, page: string, text = readFileSync(join(root, page), 'utf8')): string[] {
  const links = [...text.replaceAll(CODE, '').matchAll(LINK)].map((match) => match[1]!);
  return links
    .filter((link) => !/^[a-z]+:/.test(link))
    .filter((link) => {
      const [path, anchor] = link.split('#') as [string, string | undefined];
      const file = path === '' ? join(root, page) : join(root, dirname(page), decodeURI(path));
      if (path !== '' && !existsSync(file)) return true;
      if (anchor === undefined || (path !== '' && statSync(file).isDirectory())) return false;
      return !headings(path === '' ? text : readFileSync(file, 'utf8')).includes(anchor);
    });
}

/** Anchors of a page's headings, as GitHub makes them. */
function headings(text: string): string[] {
  return [...text.replaceAll(/^ *```.*?^ *```$/gms, '').matchAll(/^#+ +(.*)$/gm)].map((match) =>
    match[1]!
      .trim()
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(/\s/g, '-'),
  );
}
