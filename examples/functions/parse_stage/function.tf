# "Production"
output "stage" {
  value = provider::mlregistry::parse_stage("PRODUCTION")
}
