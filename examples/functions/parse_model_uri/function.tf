# "7"
output "version" {
  value = provider::mlregistry::parse_model_uri("models:/fraud/7").version
}

# null where the URI has no such part
output "parts" {
  value = provider::mlregistry::parse_model_uri("models:/fraud@champion")
}
