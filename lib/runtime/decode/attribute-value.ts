import { Buffer } from 'node:buffer';

/**
 * What an attribute value of DynamoDB stands for: text, numbers, `Set`s, bytes (`Uint8Array`), lists and maps. A whole number that
 * JavaScript's numbers cannot hold exactly is a `bigint`.
 * https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_AttributeValue.html
 */
export function attributeOf(attribute: any): unknown {
  const [[type, value] = []] = Object.entries<any>(attribute);
  switch (type) {
    case 'N':
      return numberOf(value);
    case 'B':
      return bytesOf(value);
    case 'NULL':
      return null;
    case 'SS':
      return new Set(value);
    case 'NS':
      return new Set(value.map(numberOf));
    case 'BS':
      return new Set(value.map(bytesOf));
    case 'L':
      return value.map(attributeOf);
    case 'M':
      return itemOf(value);
    default:
      // S and BOOL
      return value;
  }
}

export function itemOf(image: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(image).map(([name, value]) => [name, attributeOf(value)]));
}

function numberOf(text: string): number | bigint {
  const number = Number(text);
  return /^-?\d+$/.test(text) && !Number.isSafeInteger(number) ? BigInt(text) : number;
}

function bytesOf(base64: string): Uint8Array {
  return new Uint8Array(Buffer.from(base64, 'base64'));
}
