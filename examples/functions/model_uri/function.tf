# models:/fraud/Production
output "serving" {
  value = provider::mlregistry::model_uri("fraud", "production")
}

# models:/fraud@champion
output "champion" {
  value = provider::mlregistry::model_uri("fraud", "@champion")
}
