/** Imports of a TypeScript or JavaScript text, read by a parser: static, dynamic, `require`, and those inside types. */
export interface Import {
  /** What is imported; undefined where it is computed. */
  readonly specifier: string | undefined;
  /** Whether it runs when the module is loaded, as opposed to inside a function, or not at all. */
  readonly eager: boolean;
  /** Whether only types are imported, which leaves nothing behind in JavaScript. */
  readonly typeOnly: boolean;
  readonly form: 'import' | 'require' | 'dynamic import' | 'type';
}

interface Node {
  readonly type: string;
  readonly [key: string]: any;
}

export async function importsOf(file: string, text: string): Promise<Import[]> {
  const { parseAst } = await import('vitest/node');
  const found: Import[] = [];
  const add = (source: Node | undefined, form: Import['form'], typeOnly: boolean, eager: boolean) => {
    const specifier = source?.type === 'Literal' && typeof source.value === 'string' ? source.value : undefined;
    found.push({ specifier, eager, typeOnly, form });
  };
  const visit = (node: Node, depth: number): void => {
    switch (node.type) {
      case 'ImportDeclaration':
        add(node.source, 'import', node.importKind === 'type' || onlyTypes(node.specifiers, 'importKind'), true);
        break;
      case 'ExportAllDeclaration':
      case 'ExportNamedDeclaration':
        if (node.source) add(node.source, 'import', node.exportKind === 'type' || onlyTypes(node.specifiers, 'exportKind'), true);
        break;
      case 'TSImportEqualsDeclaration':
        if (node.moduleReference.type === 'TSExternalModuleReference')
          add(node.moduleReference.expression, 'require', node.importKind === 'type', true);
        break;
      case 'TSImportType':
        add(node.source, 'type', true, false);
        break;
      case 'ImportExpression':
        add(node.source, 'dynamic import', false, depth === 0);
        break;
      case 'CallExpression':
        if (node.callee.type === 'Identifier' && node.callee.name === 'require')
          add(node.arguments[0], 'require', false, depth === 0);
        break;
    }
    const inner = depth + (/Function(Expression|Declaration)$/.test(node.type) ? 1 : 0);
    for (const [key, value] of Object.entries(node)) {
      if (key === 'parent') continue;
      for (const child of [value].flat()) if (typeof child?.type === 'string') visit(child, inner);
    }
  };
  visit(parseAst(text, { lang: file.endsWith('.ts') ? 'ts' : 'js' }) as unknown as Node, 0);
  return found;
}

/** `import { type A, type B } from` names types only; `import 'x'` names nothing and runs. */
function onlyTypes(specifiers: readonly Node[] | undefined, kind: string): boolean {
  return specifiers !== undefined && specifiers.length > 0 && specifiers.every((each) => each[kind] === 'type');
}
