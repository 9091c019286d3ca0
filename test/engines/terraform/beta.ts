/**
 * The API Gateway resources, which only the google-beta provider has and the bindings of the google provider do not: written down
 * from that provider's `google-beta/services/apigateway/resource_api_gateway_*.go`, fields as of version 6.50 (`deletion_policy`
 * came later).
 */
import type { Attribute, Block, NestedBlock } from './schema.js';

const required: Attribute = { type: 'string', required: true };
const chosen: Attribute = { type: 'string', optional: true, computed: true };
const computed: Attribute = { type: 'string', computed: true };
const timeout: Attribute = { type: 'string', optional: true };

const common: Block['attributes'] = {
  id: chosen,
  name: computed,
  project: chosen,
  display_name: chosen,
  labels: { type: ['map', 'string'], optional: true },
  effective_labels: { type: ['map', 'string'], computed: true },
  terraform_labels: { type: ['map', 'string'], computed: true },
};

const timeouts: NestedBlock = {
  nesting: 'SINGLE',
  minItems: 0,
  maxItems: 0,
  block: { attributes: { create: timeout, update: timeout, delete: timeout }, blocks: {} },
};
const file: Block = { attributes: { contents: required, path: required }, blocks: {} };

function list(block: Block, minItems: number, maxItems: number): NestedBlock {
  return { nesting: 'LIST', minItems, maxItems, block };
}

export const betaResources: Readonly<Record<string, Block>> = {
  google_api_gateway_api: {
    attributes: { ...common, api_id: required, managed_service: chosen, create_time: computed },
    blocks: { timeouts },
  },
  google_api_gateway_api_config: {
    attributes: { ...common, api: required, api_config_id: chosen, api_config_id_prefix: chosen, service_config_id: computed },
    blocks: {
      gateway_config: list(
        {
          attributes: {},
          blocks: { backend_config: list({ attributes: { google_service_account: required }, blocks: {} }, 1, 1) },
        },
        0,
        1,
      ),
      openapi_documents: list({ attributes: {}, blocks: { document: list(file, 1, 1) } }, 0, 0),
      grpc_services: list({ attributes: {}, blocks: { file_descriptor_set: list(file, 1, 1), source: list(file, 0, 0) } }, 0, 0),
      managed_service_configs: list(file, 0, 0),
      timeouts,
    },
  },
  google_api_gateway_gateway: {
    attributes: { ...common, api_config: required, gateway_id: required, region: chosen, default_hostname: computed },
    blocks: { timeouts },
  },
};
