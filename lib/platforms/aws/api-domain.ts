import { CfnApiMapping, type CfnStage, DomainName } from 'aws-cdk-lib/aws-apigatewayv2';
import { Certificate, CertificateValidation } from 'aws-cdk-lib/aws-certificatemanager';
import { AaaaRecord, ARecord, RecordTarget } from 'aws-cdk-lib/aws-route53';
import { ApiGatewayv2DomainProperties } from 'aws-cdk-lib/aws-route53-targets';
import { type CfnResource, Token } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { invalid, shown } from '../../core/errors.js';
import type { AwsApiDomain } from './api-tuning.js';

/** A domain in front of one stage of an HTTP or REST API. */
export class ApiDomain {
  readonly resource: DomainName;
  readonly url: string;

  constructor(
    parent: Construct,
    { name, certificate, hostedZone, basePath, mutualTls }: AwsApiDomain,
    to: { readonly apiId: string; readonly stageName: string; readonly stage: CfnResource | CfnStage },
  ) {
    const path = parent.node.path;
    const scope = new Construct(parent, 'Domain');
    if (!certificate && !hostedZone)
      throw invalid(
        'HTTP API',
        path,
        `the domain ${shown(name)} has no certificate`,
        'give one, or the hostedZone by which one can be proven',
      );
    if (basePath !== undefined && !Token.isUnresolved(basePath) && !/^[A-Za-z0-9._~-]+(\/[A-Za-z0-9._~-]+)*$/.test(basePath))
      throw invalid('HTTP API', path, `domain.basePath is ${shown(basePath)}`, "write it without slashes around it, as in 'v1'");
    this.resource = new DomainName(scope, 'Resource', {
      domainName: name,
      certificate:
        certificate ??
        new Certificate(scope, 'Certificate', { domainName: name, validation: CertificateValidation.fromDns(hostedZone) }),
      mtls: mutualTls,
    });
    const mapping = new CfnApiMapping(scope, 'Mapping', {
      apiId: to.apiId,
      domainName: this.resource.name,
      stage: to.stageName,
      apiMappingKey: basePath,
    });
    mapping.node.addDependency(to.stage);
    if (hostedZone) {
      const { regionalDomainName, regionalHostedZoneId } = this.resource;
      const target = RecordTarget.fromAlias(new ApiGatewayv2DomainProperties(regionalDomainName, regionalHostedZoneId));
      new ARecord(scope, 'A', { zone: hostedZone, recordName: `${name}.`, target });
      new AaaaRecord(scope, 'Aaaa', { zone: hostedZone, recordName: `${name}.`, target });
    }
    this.url = `https://${name}${basePath === undefined ? '' : `/${basePath}`}`;
  }
}
