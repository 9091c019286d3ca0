/** What CloudFormation makes of a template, as far as the suite needs it. */
export interface Resource {
  readonly Type: string;
  readonly Properties: Record<string, any>;
}

export class Template {
  /** @param origins what addresses of APIs lead to here, by logical id */
  constructor(
    private readonly resources: Readonly<Record<string, Resource>>,
    private readonly origins: ReadonlyMap<string, string> = new Map(),
  ) {}

  ofType(type: string): [id: string, properties: Record<string, any>][] {
    return Object.entries(this.resources).flatMap(([id, { Type, Properties }]) => (Type === type ? [[id, Properties]] : []));
  }

  properties(id: string): Record<string, any> {
    return this.resources[id]!.Properties;
  }

  /** The one logical id of a type that stands somewhere in a value. */
  idIn(value: unknown, type: string): string | undefined {
    const ids = [...JSON.stringify(value).matchAll(/"(?:Ref|Fn::GetAtt)":\[?"([^"]+)"/g)].map(([, id]) => id!);
    return ids.find((id) => this.resources[id]?.Type === type);
  }

  /** What stands in place of a reference, in the form that it has in the cloud. */
  resolved(value: any): string {
    if (typeof value === 'string') return value;
    if (value['Fn::Join']) {
      const [, parts] = value['Fn::Join'] as [string, unknown[]];
      const text = parts.map((part) => this.resolved(part)).join('');
      const [, id, stage] = /https:\/\/([A-Za-z0-9]+)\.execute-api\.[^/]+(\/\w+)?$/.exec(text) ?? [];
      return id && this.origins.has(id) ? text.slice(0, text.indexOf('https:')) + this.origins.get(id) + (stage ?? '') : text;
    }
    const id: string = value.Ref ?? value['Fn::GetAtt']?.[0];
    if (!id) return JSON.stringify(value);
    switch (this.resources[id]?.Type) {
      case 'AWS::SQS::Queue':
        return value.Ref ? `https://sqs.eu-west-1.amazonaws.com/123456789012/${id}` : `arn:aws:sqs:eu-west-1:123456789012:${id}`;
      case 'AWS::SNS::Topic':
        return `arn:aws:sns:eu-west-1:123456789012:${id}`;
      case 'AWS::S3::Bucket':
        return id.toLowerCase();
      default:
        return id;
    }
  }
}
