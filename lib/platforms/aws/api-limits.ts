import { Annotations } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { LIMITS } from './limits.js';

/** Has synthesis count the routes of an HTTP API and the functions behind them. */
export function watchApiLimits(scope: Construct, counts: () => { routes: number; integrations: number }): void {
  scope.node.addValidation({
    validate: () => {
      const { routes, integrations } = counts();
      const { apiRoutes, apiIntegrations } = LIMITS;
      const advice = 'give some of them an HttpApi of their own';
      if (routes > apiRoutes.value) {
        Annotations.of(scope).addWarningV2(
          'faasten:apiRoutes',
          `HTTP API '${scope.node.path}': it has ${routes} routes, and API Gateway takes ${apiRoutes.value} unless AWS has raised it for ` +
            `the account (${apiRoutes.source}); ask for more, or ${advice}`,
        );
      }
      if (integrations <= apiIntegrations.value) return [];
      return [
        `HTTP API '${scope.node.path}': its routes lead to ${integrations} functions, and API Gateway takes ${apiIntegrations.value}, which AWS ` +
          `does not raise (${apiIntegrations.source}); ${advice}`,
      ];
    },
  });
}
