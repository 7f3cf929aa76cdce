// Command bench measures what the provider costs beside what Terraform itself costs, on a real MLflow with PostgreSQL: requests, wall
// time, user CPU and peak memory. Run make bench, which starts the server; see README.md in this folder.
package main
