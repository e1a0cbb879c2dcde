{{- define "cantrip.name" -}}
{{- .Release.Name | trunc 53 | trimSuffix "-" -}}
{{- end -}}

{{- define "cantrip.selector" -}}
app.kubernetes.io/name: cantrip
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "cantrip.labels" -}}
{{ include "cantrip.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end -}}
