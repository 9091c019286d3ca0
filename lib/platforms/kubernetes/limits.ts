/** What Kubernetes and Knative allow. Each with its source; read in November 2026. */

/**
 * Bytes of all values of one ConfigMap.
 * https://kubernetes.io/docs/concepts/configuration/configmap/#motivation
 */
export const CONFIG_MAP_BYTES = 1024 * 1024;

/**
 * Bytes of one object, which is one request to etcd: 1.5 MiB with what the server adds, of which a third is left for that.
 * https://etcd.io/docs/v3.5/dev-guide/limit/
 */
export const OBJECT_BYTES = 1024 * 1024;

/**
 * Characters of a key of a ConfigMap.
 * https://github.com/kubernetes/apimachinery/blob/master/pkg/util/validation/validation.go (IsConfigMapKey)
 */
export const CONFIG_MAP_KEY_LENGTH = 253;

/**
 * Seconds of one request. A cluster may raise it: `max-revision-timeout-seconds`.
 * https://github.com/knative/serving/blob/main/config/core/configmaps/defaults.yaml
 */
export const TIMEOUT_SECONDS = 600;

/**
 * Rules of one HTTPRoute.
 * https://gateway-api.sigs.k8s.io/reference/spec/#httproutespec
 */
export const RULES_PER_ROUTE = 16;

/** MiB that Node.js needs to serve a request: 24.9 alone takes 51 (measured, resident). */
export const LEAST_MEMORY_MIB = 64;

/**
 * Most requests one instance serves at a time, where a function does not say otherwise. Knative's own default is no limit, with
 * which a burst ends in an instance that is out of memory.
 */
export const REQUESTS_PER_INSTANCE = 10;

/**
 * Length of the names that are given to resources. Knative and Kafka derive longer ones from them, of up to 63 characters
 * (`<broker>-kne-trigger`, `<service>-00001-deployment`).
 */
export const NAME_LENGTH = 48;

/**
 * Characters of a name within a label's key, and of a label's value.
 * https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set
 */
export const LABEL_LENGTH = 63;

/**
 * Waiting times between deliveries double from one second; after this many they would be hours, so that longer rows grow by five
 * seconds each time. https://knative.dev/docs/eventing/event-delivery/
 */
export const DOUBLING_RETRIES = 10;
