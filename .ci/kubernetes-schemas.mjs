// Makes JSON schemas for kubeconform: `kubernetes-schemas.mjs <out> <openapi v3 folder> <file or folder of CRDs>...`.
//
// What the schemas say comes from the CRDs and from Kubernetes' own OpenAPI documents. Three things are spelled out that an
// API server does and a JSON schema does not: a field the structural schema does not list is refused (strict field
// validation), `metadata` of a custom resource is ObjectMeta, and names, label keys and label values have a syntax
// (k8s.io/apimachinery/pkg/util/validation).
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';

const [out, openapi, ...sources] = process.argv.slice(2);
const META = 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta';
const SUBDOMAIN = '^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$';
const QUALIFIED =
  '^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$';
const LABEL_VALUE = '^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$';
/** Roles and bindings allow any path segment as a name. */
const FREE_NAMES = 'rbac.authorization.k8s.io';

const definitions = coreDefinitions();
const written = [];
for (const schema of Object.values(definitions)) {
  for (const gvk of schema['x-kubernetes-group-version-kind'] ?? []) {
    if (schema.properties?.metadata && !gvk.kind.endsWith('List')) write(gvk, schema);
  }
}
mkdirSync(join(out, 'crds'), { recursive: true });
for (const file of sources.flatMap(yamlFiles)) {
  for (const crd of documents(file)) customResource(crd);
}
if (written.length === 0) throw new Error(`no schema was made from ${openapi}`);
process.stdout.write(`${written.length} schemas\n`);

function coreDefinitions() {
  const all = {};
  for (const file of readdirSync(openapi).filter((name) => /__v\d+_openapi\.json$/.test(name))) {
    Object.assign(all, JSON.parse(readFileSync(join(openapi, file), 'utf8')).components.schemas);
  }
  return Object.fromEntries(Object.entries(all).map(([name, schema]) => [name, core(schema)]));
}

/** A core schema: local references, and no field beside the listed ones. */
function core(schema) {
  if (Array.isArray(schema)) return schema.map(core);
  if (schema === null || typeof schema !== 'object') return schema;
  const { description: _, default: __, ...rest } = schema;
  const result = {};
  for (const [key, value] of Object.entries(rest)) {
    if (key === '$ref') result.$ref = value.replace('#/components/schemas/', '#/definitions/');
    else if (key === 'properties') result.properties = mapValues(value, core);
    else result[key] = core(value);
  }
  if (result.properties && result.additionalProperties === undefined) result.additionalProperties = false;
  return result;
}

/** A structural CRD schema as draft-07. https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/ */
function structural(schema, root = false) {
  if (Array.isArray(schema)) return schema.map((each) => structural(each));
  if (schema === null || typeof schema !== 'object') return schema;
  const { description: _, default: __, ...result } = schema;
  if (result.items) result.items = structural(result.items);
  for (const key of ['allOf', 'anyOf', 'oneOf']) if (result[key]) result[key] = result[key].map(constraint);
  if (result.not) result.not = constraint(result.not);
  if (typeof result.additionalProperties === 'object') result.additionalProperties = structural(result.additionalProperties);
  if (result.properties) result.properties = mapValues(result.properties, (each) => structural(each));
  if (result['x-kubernetes-int-or-string']) {
    delete result.type;
    delete result.anyOf;
    result.anyOf = [{ type: 'integer' }, { type: 'string' }];
  }
  if (root || result['x-kubernetes-embedded-resource']) {
    const metadata = { $ref: `#/definitions/${META}` };
    result.properties = { ...result.properties, apiVersion: { type: 'string' }, kind: { type: 'string' }, metadata };
  }
  const open = result['x-kubernetes-preserve-unknown-fields'] || result.additionalProperties !== undefined;
  if (result.type === 'object' && !open) result.additionalProperties = false;
  if (result.nullable && result.type) result.type = [result.type, 'null'];
  return result;
}

/** Inside allOf, anyOf, oneOf and not, a schema only constrains: it lists no fields, so it must not forbid others. */
function constraint(schema) {
  const { description: _, ...result } = schema;
  for (const key of ['allOf', 'anyOf', 'oneOf']) if (result[key]) result[key] = result[key].map(constraint);
  return result;
}

/**
 * Knative's CRDs leave some objects open whose fields they list; its webhooks decode strictly and refuse an unknown field
 * there (knative.dev/pkg webhook/resourcesemantics). The three delivery fields are experimental features of the Go type
 * DeliverySpec (knative.dev/eventing pkg/apis/duck/v1), absent from some CRDs.
 */
function closeKnative(schema) {
  if (schema === null || typeof schema !== 'object') return;
  if (schema.properties && schema['x-kubernetes-preserve-unknown-fields']) {
    schema.additionalProperties = false;
    if (schema.properties.backoffPolicy) {
      for (const field of ['timeout', 'retryAfterMax', 'format']) schema.properties[field] ??= { type: 'string' };
    }
  }
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    if (name === 'metadata') schema.properties.metadata = { allOf: [{ $ref: `#/definitions/${META}` }, names('', false)] };
    else closeKnative(property);
  }
  closeKnative(schema.items);
}

function customResource(crd) {
  writeFileSync(join(out, 'crds', `${crd.metadata.name}.json`), JSON.stringify(crd));
  for (const version of crd.spec.versions.filter((each) => each.served)) {
    const gvk = { group: crd.spec.group, version: version.name, kind: crd.spec.names.kind };
    const schema = structural(version.schema.openAPIV3Schema, true);
    if (gvk.group.endsWith('.knative.dev')) closeKnative(schema.properties.spec);
    write(gvk, schema);
  }
}

function write(gvk, schema) {
  const needed = {};
  collect(schema, needed);
  const own = {
    ...schema,
    required: [...new Set([...(schema.required ?? []), 'apiVersion', 'kind', 'metadata'])],
    allOf: [...(schema.allOf ?? []), { properties: { metadata: names(gvk.group) } }],
    definitions: needed,
    $schema: 'http://json-schema.org/draft-07/schema#',
  };
  // kubeconform calls the group of a core kind by its version.
  const folder = join(out, 'schemas', gvk.group || gvk.version);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${gvk.kind.toLowerCase()}_${gvk.version}.json`), JSON.stringify(own));
  written.push(gvk);
}

function names(group, named = true) {
  const name = group === FREE_NAMES ? { pattern: '^[^/%]+$' } : { pattern: SUBDOMAIN, maxLength: 253 };
  return {
    ...(named ? { anyOf: [{ required: ['name'] }, { required: ['generateName'] }] } : {}),
    properties: {
      name,
      namespace: { pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$', maxLength: 63 },
      labels: { propertyNames: { pattern: QUALIFIED }, additionalProperties: { pattern: LABEL_VALUE } },
      annotations: { propertyNames: { pattern: QUALIFIED } },
    },
  };
}

function collect(schema, into) {
  if (schema === null || typeof schema !== 'object') return;
  if (typeof schema.$ref === 'string') {
    const name = schema.$ref.replace('#/definitions/', '');
    if (!into[name]) {
      into[name] = definitions[name];
      if (!into[name]) throw new Error(`no definition of ${name}`);
      collect(into[name], into);
    }
  }
  for (const value of Object.values(schema)) collect(value, into);
}

function yamlFiles(path) {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path)
    .filter((name) => /\.ya?ml$/.test(name))
    .sort()
    .map((name) => join(path, name));
}

function documents(file) {
  return parseAllDocuments(readFileSync(file, 'utf8'))
    .map((document) => document.toJS({ maxAliasCount: -1 }))
    .filter((each) => each?.kind === 'CustomResourceDefinition');
}

function mapValues(object, change) {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value)]));
}
