# "7"
output "version" {
  value = provider::mlregistry::parse_model_uri("models:/fraud/7").version
}
