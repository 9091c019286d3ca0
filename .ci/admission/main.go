// Judges manifests as a cluster's admission does, with the code that a cluster runs: Knative's webhooks (strict decoding, defaults,
// validation) with the configuration it is installed with, and for other custom resources the API server's own schema and CEL rules.
//
//	admission <folder of Knative's ConfigMaps> <folder of CRDs, as JSON> < one manifest a line, as JSON
//
// Prints what is refused, one JSON object a line, and in the end how many it judged and how many kinds it does not know.
package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/cel"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/defaulting"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/pruning"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/validation"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	unstructured "k8s.io/apimachinery/pkg/util/json"
	celconfig "k8s.io/apiserver/pkg/apis/cel"
	"sigs.k8s.io/yaml"

	eventingconfig "knative.dev/eventing/pkg/apis/config"
	eventingv1 "knative.dev/eventing/pkg/apis/eventing/v1"
	"knative.dev/eventing/pkg/apis/feature"
	sourcesv1 "knative.dev/eventing/pkg/apis/sources/v1"
	"knative.dev/pkg/apis"
	servingv1 "knative.dev/serving/pkg/apis/serving/v1"
)

type resource interface {
	apis.Defaultable
	apis.Validatable
}

// What Knative's webhooks admit.
var webhooks = map[string]func() resource{
	"serving.knative.dev/v1/Service":    func() resource { return &servingv1.Service{} },
	"eventing.knative.dev/v1/Broker":    func() resource { return &eventingv1.Broker{} },
	"eventing.knative.dev/v1/Trigger":   func() resource { return &eventingv1.Trigger{} },
	"sources.knative.dev/v1/PingSource": func() resource { return &sourcesv1.PingSource{} },
}

type head struct {
	APIVersion string
	Kind       string
	Metadata   metav1.ObjectMeta
}

func main() {
	ctx := configured(os.Args[1])
	definitions := customResources(os.Args[2])
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(nil, 64<<20)
	out := json.NewEncoder(os.Stdout)
	judged, unknown := 0, 0
	for in.Scan() {
		var about head
		must(json.Unmarshal(in.Bytes(), &about))
		kind := about.APIVersion + "/" + about.Kind
		var problems []string
		if made, ok := webhooks[kind]; ok {
			problems = admit(apis.WithinParent(ctx, about.Metadata), made(), in.Bytes())
		} else if definition, ok := definitions[kind]; ok {
			problems = definition.judge(in.Bytes())
		} else {
			unknown++
			continue
		}
		judged++
		for _, problem := range problems {
			must(out.Encode(map[string]string{"resource": about.Kind + "/" + about.Metadata.Name, "message": problem}))
		}
	}
	must(in.Err())
	must(out.Encode(map[string]int{"judged": judged, "unknown": unknown}))
}

// configured is the context of a webhook in a cluster that has Knative as it is installed.
func configured(folder string) context.Context {
	flags, err := feature.NewFlagsConfigFromConfigMap(configMap(filepath.Join(folder, "features.yaml")))
	must(err)
	defaults, err := eventingconfig.NewDefaultsConfigFromConfigMap(configMap(filepath.Join(folder, "default-broker.yaml")))
	must(err)
	ctx := feature.ToContext(apis.WithinCreate(context.Background()), flags)
	return eventingconfig.ToContext(ctx, &eventingconfig.Config{Defaults: defaults})
}

// admit is what a webhook does with a new resource: https://github.com/knative/pkg/tree/main/webhook/resourcesemantics
func admit(ctx context.Context, made resource, manifest []byte) []string {
	decoder := json.NewDecoder(bytes.NewReader(manifest))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(made); err != nil {
		return []string{err.Error()}
	}
	made.SetDefaults(ctx)
	if err := made.Validate(ctx); err != nil {
		return strings.Split(err.Error(), "\n")
	}
	return nil
}

type definition struct {
	structural *schema.Structural
	values     validation.SchemaValidator
	rules      *cel.Validator
}

func customResources(folder string) map[string]definition {
	files, err := filepath.Glob(filepath.Join(folder, "*.json"))
	must(err)
	found := map[string]definition{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		must(err)
		var crd apiextensionsv1.CustomResourceDefinition
		must(json.Unmarshal(text, &crd))
		for _, version := range crd.Spec.Versions {
			if !version.Served || version.Schema == nil {
				continue
			}
			var props apiextensions.JSONSchemaProps
			must(apiextensionsv1.Convert_v1_JSONSchemaProps_To_apiextensions_JSONSchemaProps(version.Schema.OpenAPIV3Schema, &props, nil))
			structural, err := schema.NewStructural(&props)
			must(err)
			values, _, err := validation.NewSchemaValidator(&props)
			must(err)
			found[crd.Spec.Group+"/"+version.Name+"/"+crd.Spec.Names.Kind] = definition{
				structural, values, cel.NewValidator(structural, true, celconfig.PerCallLimit),
			}
		}
	}
	return found
}

func (d definition) judge(manifest []byte) []string {
	var object map[string]any
	must(unstructured.Unmarshal(manifest, &object))
	var problems []string
	for _, field := range pruning.PruneWithOptions(object, d.structural, true, schema.UnknownFieldPathOptions{TrackUnknownFieldPaths: true}) {
		problems = append(problems, "unknown field "+field)
	}
	defaulting.Default(object, d.structural)
	for _, err := range validation.ValidateCustomResource(nil, object, d.values) {
		problems = append(problems, err.Error())
	}
	if d.rules != nil {
		errs, _ := d.rules.Validate(context.Background(), nil, d.structural, object, nil, celconfig.RuntimeCELCostBudget)
		for _, err := range errs {
			problems = append(problems, err.Error())
		}
	}
	return problems
}

func configMap(file string) *corev1.ConfigMap {
	text, err := os.ReadFile(file)
	must(err)
	var found corev1.ConfigMap
	must(yaml.Unmarshal(text, &found))
	return &found
}

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
}
